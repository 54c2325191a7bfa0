import { type AbiParameter, BaseError, decodeErrorResult, type Hex, isAddress, isHex } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { digestFromWord, lowerCaseAddress } from './words.ts';

/** An argument of a revert: hashes without 0x, addresses in lower case, integers as bigint. */
export type RevertArgument = string | bigint | boolean;

/**
 * A contract refused. `code` is the Solidity error's name in upper snake case (`ValueAboveMaximum` becomes
 * `VALUE_ABOVE_MAXIMUM`); `metadata` holds its arguments by name with integers as decimal strings, `args` with
 * integers as bigint.
 */
export class ContractRevertError extends BallastError {
  override readonly name = 'ContractRevertError';
  /** The Solidity error's name. */
  readonly errorName: string;
  readonly args: Readonly<Record<string, RevertArgument>>;

  constructor(errorName: string, args: Readonly<Record<string, RevertArgument>>, cause?: unknown) {
    const code = upperSnakeCase(errorName);
    const metadata = Object.fromEntries(
      Object.entries(args).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
    );
    const list = Object.entries(metadata).map(([name, value]) => `${name} ${value}`);
    const hint = HINTS[code];
    super(code, `the contract refused: ${errorName}${list.length === 0 ? '' : `: ${list.join(', ')}`}`, {
      metadata,
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
    this.errorName = errorName;
    this.args = Object.freeze({ ...args });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  COOLDOWN_ACTIVE: 'wait until readyAt (Unix seconds)',
  VALUE_ABOVE_MAXIMUM: 'only governance may widen the bounds: make it a proposal',
  VALUE_BELOW_MINIMUM: 'only governance may widen the bounds: make it a proposal',
  STEP_EXCEEDED: 'approach the value in several changes',
  BUDGET_EXCEEDED: 'wait until the budget has drained, or make it a proposal',
  OVERRIDE_ACTIVE: 'governance keeps models away until then (Unix seconds)',
  WRITES_HALTED: 'only governance resumes, after its delay',
  RISK_RAISING_HALTED: 'only changes that reduce risk pass; governance resumes, after its delay',
  EXPECTED_MISMATCH: 'the parameter has moved since: read it again and sign anew',
  MODEL_MISMATCH: 'a newer model is published: recommend from that one',
  BOND_TOO_SMALL: 'send at least the minimum bond',
  NODE_KEY_TAKEN: 'make another node key',
  SIGNER_TAKEN: 'make another hot key',
  SIGNER_IS_OWNER: 'keep the key that signs votes apart from the one that holds the bond',
  SIGNER_PROOF_INVALID: 'a proof serves once: make the registration again with the current nonce',
  STILL_BONDED: 'withdraw again after withdrawableAt (Unix seconds)',
  NOT_GUARDIAN: 'governance names guardians',
  OBSERVATION_TOO_EARLY: 'observe again at readyAt (Unix seconds)',
  OBSERVATION_STALE: 'have the breaker observe, then resume',
  RESUMPTION_CANCELLED: 'something has halted since: governance must ask anew',
  CAUSE_STANDS: 'wait until the severity has fallen and the oracle answers',
  DEPOSIT_TOO_SMALL: 'deposit the bond first; it comes back unless the proposal misses its quorum',
  DESCRIPTION_MISMATCH: 'the first line must name the type, the calls and the justification',
  ACTION_NOT_PERMITTED: 'another type of proposal may call it, or a policy change lists it first',
  CREDITS_EXCEEDED: 'v votes cost v² credits of the season',
  PROPOSAL_OPEN: 'governance decides that one first',
  WITHIN_LIMITS: 'a model may write this value by itself',
  ALREADY_REGISTERED: 'nothing is left to do; to change keys, exit and withdraw first',
};

/**
 * Runs a request to the chain and turns what it throws into a typed error.
 *
 * @param what names the request in the message, such as `publish version 3`.
 * @throws ContractRevertError when a contract refuses.
 * @throws BallastError `CHAIN_REQUEST_FAILED` when the endpoint does.
 */
export async function chainRequest<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    throw await chainError(what, cause);
  }
}

async function chainError(what: string, cause: unknown): Promise<Error> {
  const typed = typedCause(cause);
  if (typed !== undefined) return typed;
  const data = revertData(cause);
  const revert = data === undefined ? undefined : await decodeRevert(data, cause);
  if (revert !== undefined) return revert;
  const reason = cause instanceof BaseError ? cause.shortMessage : String(cause);
  return new BallastError('CHAIN_REQUEST_FAILED', `${what}: ${reason}`, {
    metadata: { request: what },
    hint: 'check that the RPC endpoint answers and serves the chain and the addresses of the network document',
    cause,
  });
}

/** An error that a transport raised lies under what viem makes of it. */
function typedCause(error: unknown): BallastError | undefined {
  for (let level: unknown = error; level instanceof Error; level = level.cause) {
    if (level instanceof BallastError) return level;
  }
  return undefined;
}

/** @returns undefined when no contract of this project raises such an error. */
export async function decodeRevert(data: Hex, cause?: unknown): Promise<ContractRevertError | undefined> {
  // A page loads the errors of all contracts when one refuses, which most never see.
  const { contractErrors } = await import('./generated/contract-errors.ts');
  try {
    const decoded = decodeErrorResult({ abi: contractErrors, data });
    const inputs: readonly AbiParameter[] = decoded.abiItem.type === 'error' ? decoded.abiItem.inputs : [];
    const values: readonly unknown[] = decoded.args ?? [];
    const args = inputs.map((input, i) => [input.name || String(i), argument(values[i])] as const);
    return new ContractRevertError(decoded.errorName, Object.fromEntries(args), cause);
  } catch {
    return undefined;
  }
}

function argument(value: unknown): RevertArgument {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (isHex(value))
    return isAddress(value, { strict: false }) ? lowerCaseAddress(value) : digestFromWord(value);
  return String(value);
}

/** What a contract returned with its refusal lies at different depths of viem's chain of causes. */
function revertData(error: unknown): Hex | undefined {
  for (let level: unknown = error; level instanceof Error; level = level.cause) {
    const { raw, data } = level as { readonly raw?: unknown; readonly data?: unknown };
    const nested = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : undefined;
    const found = [raw, data, nested].find((candidate) => isHex(candidate) && candidate.length >= 10);
    if (found !== undefined) return found as Hex;
  }
  return undefined;
}

function upperSnakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}

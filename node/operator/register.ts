import type { Hex } from 'viem';
import { chainRequest } from '../../contracts/client/errors.ts';
import {
  type ChainReader,
  type ChainWriter,
  type NodeKeys,
  operatorRecord,
  registerNode,
  registrationCall,
  registryTerms,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { type Cost, costOf, costOfGas, requireBalance } from './chain.ts';
import { OperatorError } from './errors.ts';

export type RegistrationRequest = {
  /** Who holds the bond and calls the registry. */
  readonly owner: `0x${string}`;
  readonly nodeRegistry: string;
  readonly keys: NodeKeys;
  /** Wei; the registry's minimum unless given. */
  readonly bond?: bigint;
};

export type RegistrationPlan = {
  readonly status: 'register' | 'already-registered';
  /** The transaction that registers: for any wallet that holds the owner's key. */
  readonly call: { readonly to: `0x${string}`; readonly data: Hex; readonly value: bigint };
  readonly bond: bigint;
  readonly cost: Cost;
  readonly unbondingDelaySeconds: number;
};

export type Registration = {
  readonly status: 'registered' | 'already-registered';
  readonly transactionHash: Hex | null;
};

/** Gas of a registration where the balance is too low to estimate it; measured, with room. */
const REGISTRATION_GAS = 260_000n;

/**
 * What a registration would do, and whether it is done already.
 *
 * @throws OperatorError `REGISTERED_DIFFERENTLY` with other keys, `STILL_UNBONDING` after an exit.
 */
export async function planRegistration(
  reader: ChainReader,
  { owner, nodeRegistry, keys, bond: given }: RegistrationRequest,
): Promise<RegistrationPlan> {
  const terms = await registryTerms(reader, nodeRegistry);
  const bond = given ?? terms.minimumBond;
  const record = await operatorRecord(reader, nodeRegistry, owner);
  const call = await registrationCall(reader, nodeRegistry, { owner, keys, bond });
  const { unbondingDelaySeconds } = terms;
  if (record.status === 'none') {
    const fallback = await costOfGas(reader, owner, REGISTRATION_GAS, bond);
    const isFunded = fallback.balance >= fallback.fee + bond;
    const cost = isFunded
      ? await chainRequest('estimate registration', () => costOf(reader, owner, call))
      : fallback;
    return { status: 'register', call, bond, cost, unbondingDelaySeconds };
  }
  if (record.status === 'exiting') throw stillUnbonding(owner, record.withdrawableAt);
  if (record.node !== keys.node.nodeId || record.signer !== keys.signer.address.toLowerCase()) {
    throw new OperatorError(
      'REGISTERED_DIFFERENTLY',
      `${owner}: registered with node ${record.node} and signer ${record.signer}, expected the keys given`,
      {
        metadata: { owner, node: record.node, signer: record.signer },
        hint: 'rotate the signer, or exit and withdraw before registering another node',
      },
    );
  }
  const cost = await costOfGas(reader, owner, 0n);
  return { status: 'already-registered', call, bond: record.bond, cost, unbondingDelaySeconds };
}

/**
 * Registers a node under the writer's account, once: a second call finds the first one's work.
 *
 * @throws OperatorError as {@link planRegistration}, `BALANCE_TOO_LOW`; ContractRevertError.
 */
export async function registerOperator(
  reader: ChainReader,
  writer: ChainWriter,
  request: Omit<RegistrationRequest, 'owner'> & WaitOptions,
): Promise<Registration> {
  const owner = writer.account.address;
  const { nodeRegistry, keys, bond: _bond, ...wait } = request;
  const { status, bond, cost } = await planRegistration(reader, { ...request, owner });
  if (status === 'already-registered') return { status, transactionHash: null };
  requireBalance(owner, cost);
  const receipt = await registerNode(reader, writer, nodeRegistry, { keys, bond, ...wait });
  return { status: 'registered', transactionHash: receipt.transactionHash };
}

export function stillUnbonding(owner: string, withdrawableAt: number): OperatorError {
  const at = new Date(withdrawableAt * 1000).toISOString();
  return new OperatorError(
    'STILL_UNBONDING',
    `${owner}: its exit is under way, and its bond is due at ${at}`,
    {
      metadata: { owner, withdrawableAt },
      hint: 'run ballast exit again after that time: it withdraws the bond',
    },
  );
}

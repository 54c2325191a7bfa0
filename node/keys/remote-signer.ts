import {
  getTypesForEIP712Domain,
  type Hex,
  hashTypedData,
  isHex,
  keccak256,
  type LocalAccount,
  parseTransaction,
  recoverAddress,
  recoverTransactionAddress,
  serializeTransaction,
  serializeTypedData,
  type TransactionSerializable,
  type TransactionSerialized,
  type TypedDataDefinition,
} from 'viem';
import { toAccount } from 'viem/accounts';
import { BallastError } from '../../protocol/errors.ts';
import { JsonRpcRefusal, jsonRpc } from './json-rpc.ts';

/** What signs commit votes and transactions of a node, wherever its key lives. */
export type CommitSigner = LocalAccount;

export type RemoteSignerOptions = {
  /** JSON-RPC endpoint over HTTP, as Web3Signer serves it. */
  readonly url: string;
  /** The hot address. */
  readonly address: string;
  readonly chainId: number;
  /** Longest wait for one answer; 5 s unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

const DEFAULT_TIMEOUT_MS = 5_000;
const METHOD_NOT_FOUND = -32_601;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * An account whose key another process holds: typed data through `eth_signTypedData_v4` (or `eth_signTypedData`, where
 * the signer does not know that), transactions through `eth_signTransaction`. Transactions are sent by the caller's
 * own endpoint, so the signer needs no way to the chain, and what it has signed is compared with what it was asked
 * before anybody else sees it. No answer of the signer is believed.
 *
 * @throws BallastError `SIGNER_UNREACHABLE`, `SIGNER_TIMEOUT`, `SIGNER_REFUSED`, `SIGNER_ANSWER_INVALID`,
 *   `SIGNER_ADDRESS_UNKNOWN` when it does not hold the address, `SIGNER_CHAIN_MISMATCH`. The same from each use.
 */
export async function openRemoteSigner(options: RemoteSignerOptions): Promise<CommitSigner> {
  const { chainId } = options;
  const address = options.address.toLowerCase();
  const call = (method: string, params: readonly unknown[]): Promise<unknown> =>
    jsonRpc(options.url, method, params, {
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  await requireAddress(call, address);
  await requireChain(call, chainId);

  return toAccount({
    address: address as Hex,
    signMessage: () => Promise.reject(unsupported('messages')),
    signTypedData: async (typedData) => {
      const digest = hashTypedData(typedData);
      const params = [address, wireTypedData(typedData as TypedDataDefinition)];
      const signature = await firstKnown(call, ['eth_signTypedData_v4', 'eth_signTypedData'], params);
      return canonicalSignature(digest, signature, address);
    },
    signTransaction: async (transaction) => {
      if (transaction.chainId !== undefined && transaction.chainId !== chainId) {
        throw chainMismatch(transaction.chainId, chainId);
      }
      const raw = await call('eth_signTransaction', [
        rpcTransaction(transaction as TransactionSerializable, address, chainId),
      ]);
      return requireSameTransaction(transaction as TransactionSerializable, rawOf(raw), address, chainId);
    },
  });
}

type Call = (method: string, params: readonly unknown[]) => Promise<unknown>;

async function requireAddress(call: Call, address: string): Promise<void> {
  const accounts = await call('eth_accounts', []);
  if (!Array.isArray(accounts)) throw invalid('eth_accounts', 'a list of addresses');
  if (accounts.some((account) => typeof account === 'string' && account.toLowerCase() === address)) return;
  throw new BallastError('SIGNER_ADDRESS_UNKNOWN', `signer: it does not hold ${address}`, {
    metadata: { address, held: accounts.length },
    hint: 'load the key into the signer, or correct signer.address',
  });
}

/** A signer that knows its chain must know the right one; many have none. */
async function requireChain(call: Call, chainId: number): Promise<void> {
  let served: unknown;
  try {
    served = await call('eth_chainId', []);
  } catch (error) {
    if (error instanceof JsonRpcRefusal) return;
    throw error;
  }
  if (!isHex(served) || Number(served) !== chainId) throw chainMismatch(served, chainId);
}

async function firstKnown(
  call: Call,
  methods: readonly [string, string],
  params: readonly unknown[],
): Promise<unknown> {
  try {
    return await call(methods[0], params);
  } catch (error) {
    if (!(error instanceof JsonRpcRefusal) || error.metadata.rpcCode !== METHOD_NOT_FOUND) throw error;
    return call(methods[1], params);
  }
}

/** 65 bytes with a low s and a v of 27 or 28, by the address: what the contracts take. */
async function canonicalSignature(digest: Hex, signature: unknown, address: string): Promise<Hex> {
  if (!isHex(signature) || !/^0x[0-9a-f]{128}(1b|1c|00|01)$/i.test(signature)) {
    throw invalid('eth_signTypedData_v4', '65 bytes r ‖ s ‖ v');
  }
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER) {
    throw invalid('eth_signTypedData_v4', 'a signature with a low s');
  }
  const v = Number.parseInt(signature.slice(130), 16);
  const canonical: Hex = `${signature.slice(0, 130).toLowerCase() as Hex}${v % 27 === 0 ? '1b' : '1c'}`;
  const signer = await recoverAddress({ hash: digest, signature: canonical }).catch(() => undefined);
  if (signer?.toLowerCase() !== address) throw wrongSigner('eth_signTypedData_v4', signer, address);
  return canonical;
}

async function requireSameTransaction(
  asked: TransactionSerializable,
  raw: unknown,
  address: string,
  chainId: number,
): Promise<Hex> {
  if (!isHex(raw)) throw invalid('eth_signTransaction', 'a signed transaction in hexadecimal');
  const serialized = raw as TransactionSerialized;
  let signed: TransactionSerializable;
  let signer: string;
  try {
    signed = parseTransaction(serialized) as TransactionSerializable;
    signer = await recoverTransactionAddress({ serializedTransaction: serialized });
  } catch {
    throw invalid('eth_signTransaction', 'a signed transaction');
  }
  if (signed.chainId !== chainId) throw chainMismatch(signed.chainId, chainId);
  if (unsignedHash(signed) !== unsignedHash({ ...asked, chainId })) {
    throw invalid('eth_signTransaction', 'the very transaction that it was asked to sign');
  }
  if (signer.toLowerCase() !== address) throw wrongSigner('eth_signTransaction', signer, address);
  return raw;
}

/** Hash of everything in a transaction but its signature. */
function unsignedHash(transaction: TransactionSerializable): Hex {
  const {
    r: _r,
    s: _s,
    v: _v,
    yParity: _yParity,
    ...unsigned
  } = transaction as TransactionSerializable & {
    readonly yParity?: number;
  };
  return keccak256(serializeTransaction(unsigned as TransactionSerializable));
}

function rpcTransaction(transaction: TransactionSerializable, from: string, chainId: number) {
  const hex = (value: bigint | number | undefined): Hex | undefined =>
    value === undefined ? undefined : `0x${value.toString(16)}`;
  const { to, data, value, nonce, gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  return {
    from,
    to: to ?? undefined,
    data: data ?? '0x',
    value: hex(value ?? 0n),
    nonce: hex(nonce ?? 0),
    gas: hex(gas),
    gasPrice: hex(gasPrice),
    maxFeePerGas: hex(maxFeePerGas),
    maxPriorityFeePerGas: hex(maxPriorityFeePerGas),
    chainId: hex(chainId),
  };
}

/** Web3Signer answers with the bytes, others with an object around them. */
function rawOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'raw' in answer ? answer.raw : answer;
}

/** The form of `eth_signTypedData_v4`: the domain's type stands among the types, integers are decimal strings. */
function wireTypedData(typedData: TypedDataDefinition): string {
  const EIP712Domain = getTypesForEIP712Domain({ domain: typedData.domain });
  const types = { EIP712Domain, ...typedData.types };
  return serializeTypedData({ ...typedData, types } as Parameters<typeof serializeTypedData>[0]);
}

function invalid(method: string, expected: string): BallastError {
  return new BallastError('SIGNER_ANSWER_INVALID', `signer: ${method}: expected ${expected}`, {
    metadata: { method },
    hint: 'check which software serves the signer url',
  });
}

function wrongSigner(method: string, got: string | undefined, address: string): BallastError {
  const by = got?.toLowerCase() ?? 'nobody';
  return new BallastError(
    'SIGNER_ANSWER_INVALID',
    `signer: ${method}: signed by ${by}, expected ${address}`,
    {
      metadata: { method, got: by, expected: address },
    },
  );
}

function chainMismatch(got: unknown, expected: number): BallastError {
  return new BallastError('SIGNER_CHAIN_MISMATCH', `signer: got chain ${String(got)}, expected ${expected}`, {
    metadata: { expected },
    hint: 'start the signer for the chain of the network document',
  });
}

function unsupported(what: string): BallastError {
  return new BallastError('SIGNER_REFUSED', `signer: ${what} are never signed`);
}

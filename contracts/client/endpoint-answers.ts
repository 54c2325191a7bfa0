import { isHex, RpcRequestError } from 'viem';

/** What one endpoint said: a result, or that the call reverts, which is an answer as well; or nothing usable. */
export type EndpointAnswer =
  | { readonly kind: 'result'; readonly value: unknown; readonly key: string }
  | { readonly kind: 'revert'; readonly error: unknown; readonly key: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failure'; readonly error: unknown };

/**
 * What every client says of a block and of a log. Other fields differ from client to client; they are left out, so
 * that nothing reaches the reader that was not compared.
 */
const BLOCK_FIELDS = [
  ...['number', 'hash', 'parentHash', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'miner'],
  ...['mixHash', 'timestamp', 'gasLimit', 'gasUsed', 'baseFeePerGas', 'extraData', 'nonce', 'sha3Uncles'],
  ...['difficulty', 'transactions', 'uncles', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas'],
  ...['parentBeaconBlockRoot', 'requestsHash'],
];
const LOG_FIELDS = [
  ...['address', 'topics', 'data', 'blockNumber', 'blockHash', 'transactionHash', 'transactionIndex'],
  ...['logIndex', 'removed'],
];
const RECEIPT_FIELDS = [
  ...['transactionHash', 'transactionIndex', 'blockHash', 'blockNumber', 'from', 'to', 'cumulativeGasUsed'],
  ...['gasUsed', 'contractAddress', 'logsBloom', 'type', 'status', 'effectiveGasPrice'],
];

/** @param result of JSON-RPC; null means that the endpoint does not have it. */
export function answerOf(method: string, result: unknown): EndpointAnswer {
  if (result === null || result === undefined) return { kind: 'absent' };
  const value = normalised(method, result);
  return { kind: 'result', value, key: canonicalJson(value) };
}

/** A refusal of the call itself, which honest endpoints share, told apart from a fault of the endpoint. */
export function answerOfError(error: unknown): EndpointAnswer {
  for (let level: unknown = error; level instanceof Error; level = level.cause) {
    const { code, data } = level as { readonly code?: unknown; readonly data?: unknown };
    const nested = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data;
    if (code === 3 || isHex(nested)) return { kind: 'revert', error, key: `revert ${String(nested)}` };
  }
  return { kind: 'failure', error };
}

/** Whether the endpoint itself said why a request fails, in place of giving no answer. */
export function isRpcAnswer(error: unknown): boolean {
  for (let level: unknown = error; level instanceof Error; level = level.cause)
    if (level instanceof RpcRequestError) return true;
  return false;
}

const SHOWN = 96;

/** The beginnings of two answers' keys; of the first field that differs, where both are objects. */
export function shownDifference(
  got: string,
  agreed: string,
): { readonly got: string; readonly agreed: string } {
  const [one, other] = [fieldsOf(got), fieldsOf(agreed)];
  const field = Object.keys({ ...other, ...one }).find((name) => one[name] !== other[name]);
  const shown = (key: string, fields: Readonly<Record<string, string>>) =>
    (field === undefined ? key : `${field} ${fields[field] ?? 'missing'}`).slice(0, SHOWN);
  return { got: shown(got, one), agreed: shown(agreed, other) };
}

/** Each as canonical JSON; nothing where a key is no object's. */
function fieldsOf(key: string): Readonly<Record<string, string>> {
  if (!key.startsWith('{')) return {};
  const entries = Object.entries(JSON.parse(key) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([name, value]) => [name, canonicalJson(value)]));
}

function normalised(method: string, result: unknown): unknown {
  if (method === 'eth_getBlockByNumber' || method === 'eth_getBlockByHash')
    return lower(pick(result, BLOCK_FIELDS));
  if (method === 'eth_getLogs')
    return Array.isArray(result) ? lower(result.map((log) => pick(log, LOG_FIELDS))) : result;
  if (method === 'eth_getTransactionReceipt') {
    const logs = Object(result) === result ? (result as { logs?: unknown }).logs : undefined;
    const picked = Array.isArray(logs) ? { logs: logs.map((log) => pick(log, LOG_FIELDS)) } : {};
    return lower({ ...pick(result, RECEIPT_FIELDS), ...picked });
  }
  return lower(result);
}

function pick(value: unknown, fields: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    fields.filter((field) => given[field] != null).map((field) => [field, given[field]]),
  );
}

/** Hexadecimal digits may be written large. */
function lower(value: unknown): unknown {
  if (typeof value === 'string') return isHex(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(lower);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lower(item)]));
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

import { BallastError } from '../../protocol/errors.ts';

/** Longest answer that is read. */
const MAX_ANSWER_BYTES = 1 << 20;

/** The endpoint answered with an error object. */
export class JsonRpcRefusal extends BallastError<'SIGNER_REFUSED'> {}

/**
 * One JSON-RPC 2.0 request over HTTP POST, without retries.
 *
 * @throws BallastError `SIGNER_UNREACHABLE`, `SIGNER_TIMEOUT`, `SIGNER_ANSWER_INVALID`; JsonRpcRefusal.
 */
export async function jsonRpc(
  url: string,
  method: string,
  params: readonly unknown[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      redirect: 'error',
    });
    text = await boundedText(response);
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    if (timeout.aborted) {
      throw new BallastError('SIGNER_TIMEOUT', `signer: ${method}: no answer within ${timeoutMs} ms`, {
        metadata: { method, timeoutMs },
      });
    }
    // No cause: fetch quotes the url, which may hold credentials.
    throw new BallastError('SIGNER_UNREACHABLE', `signer: ${method}: no connection`, {
      metadata: { method },
      hint: 'check that the signer runs and that signer.url is right',
    });
  }
  return resultOf(method, text);
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw malformed(`at most ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function resultOf(method: string, text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw malformed('JSON');
  }
  if (typeof answer !== 'object' || answer === null) throw malformed('a JSON-RPC answer');
  if ('error' in answer && typeof answer.error === 'object' && answer.error !== null) {
    const { code, message } = answer.error as { readonly code?: unknown; readonly message?: unknown };
    const said = typeof message === 'string' ? message.slice(0, 200).replaceAll(/\s+/g, ' ') : 'no reason';
    throw new JsonRpcRefusal('SIGNER_REFUSED', `signer: ${method}: ${said}`, {
      metadata: { method, rpcCode: typeof code === 'number' ? code : null },
    });
  }
  if (!('result' in answer)) throw malformed('a result or an error');
  return answer.result;
}

function malformed(expected: string): BallastError {
  return new BallastError('SIGNER_ANSWER_INVALID', `signer: expected ${expected}`, {
    hint: 'check which software serves the signer url',
  });
}

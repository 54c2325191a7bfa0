import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { provenRow } from '../../../coordinator/roll-row.ts';
import { toHex } from '../../../protocol/digest.ts';
import { provenRowJson } from '../../api/certificates.ts';
import type { CertificateJson, CommitteeJson } from '../../api/schemas/index.ts';
import { answerRpc, type ChainState, RpcError } from './chain-stub.ts';
import { committee, type Published, ROLL } from './published.ts';

export type Answer = {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
};

/** What a node answers to a path; undefined is a 404. A test puts a lie around it. */
export type Answers = (path: string) => Answer | undefined;

const json = (value: unknown): Answer => ({ type: 'application/json', body: JSON.stringify(value) });

/** An honest node's answers, in the shapes of the API's schemas. */
export function honest({ document, network, weights, certificates }: Published): Answers {
  return (path) => {
    const [, version = '', collection = '', name = '', part = '', of] = path.split('/');
    if (version !== 'v1') return undefined;
    if (collection === 'network') return json({ id: network, document });
    if (collection === 'weights') {
      const body = weights.get(name);
      return body === undefined ? undefined : { type: 'application/octet-stream', body };
    }
    if (collection === 'committees' && name === '0') return json(committeeJson());
    if (collection === 'rounds' && part === 'roll' && of !== undefined) {
      const found = provenRow(ROLL, of);
      return found && json(provenRowJson(Number(name), found));
    }
    if (collection === 'rounds' && part === 'roll') return json({ round: Number(name), updates: ROLL });
    const certificate = part === 'certificate' ? certificates.get(Number(name)) : undefined;
    if (certificate === undefined) return undefined;
    const answer: CertificateJson = {
      entry: certificate.entry,
      entryDigest: '0'.repeat(64),
      view: certificate.view,
      signatures: certificate.signatures.map(({ index, signature }) => ({
        index,
        signature: toHex(signature),
      })),
    };
    return json(answer);
  };
}

function committeeJson(): CommitteeJson {
  const { epoch, faults, quorum, members } = committee;
  return { epoch, faults, quorum, members: members.map((member, index) => ({ index, ...member })) };
}

/** `answers` with its JSON answer to paths that end in `suffix` changed. */
export function altered(answers: Answers, suffix: string, change: (value: never) => unknown): Answers {
  return (path) => {
    const answer = answers(path);
    if (answer === undefined || !path.endsWith(suffix)) return answer;
    return { ...answer, body: JSON.stringify(change(JSON.parse(String(answer.body)) as never)) };
  };
}

/** `fetch` for nodes that exist by name alone: `http://honest` and the like. */
export function fetchFrom(nodes: Readonly<Record<string, Answers>>): {
  fetch: typeof fetch;
  asked: string[];
} {
  const asked: string[] = [];
  const stub = async (input: Parameters<typeof fetch>[0]): Promise<Response> => {
    const { host, pathname } = new URL(String(input));
    asked.push(`${host}${pathname}`);
    const answers = nodes[host];
    if (answers === undefined) throw new TypeError('connection refused');
    const { status = 200, type = 'text/plain', headers = {}, body } = answers(pathname) ?? notFound;
    return new Response(typeof body === 'string' ? body : Uint8Array.from(body), {
      status,
      headers: { 'content-type': type, ...headers },
    });
  };
  return { fetch: stub, asked };
}

const notFound: Answer = {
  status: 404,
  ...json({ error: { code: 'NOT_FOUND', message: 'none', requestId: '1' } }),
};

export type Served = {
  readonly url: string /** What was first posted to `/result`. */;
  readonly result: Promise<string>;
  readonly stop: () => Promise<void>;
};

/** A real server on localhost: the node's API, a JSON-RPC endpoint at `/rpc`, and `pages`; a POST to `/result` is kept. */
export async function serve(
  answers: Answers,
  chain: ChainState | undefined,
  pages: Readonly<Record<string, Answer>> = {},
): Promise<Served> {
  const { promise: result, resolve: post } = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    let body = '';
    for await (const chunk of request) body += chunk;
    if (path === '/result') post(body);
    const rpc = path === '/rpc' && chain !== undefined ? json(rpcAnswer(chain, JSON.parse(body))) : undefined;
    reply(response, rpc ?? pages[path] ?? answers(path) ?? notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, result, stop: () => close(server) };
}

type RpcRequest = { readonly id: number; readonly method: string; readonly params?: readonly unknown[] };

function rpcAnswer(chain: ChainState, request: RpcRequest): unknown {
  try {
    return { jsonrpc: '2.0', id: request.id, result: answerRpc(chain, request) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { code, message, data } = error;
    return { jsonrpc: '2.0', id: request.id, error: { code, message, data } };
  }
}

function reply(
  response: ServerResponse,
  { status = 200, type = 'text/plain', headers = {}, body }: Answer,
): void {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

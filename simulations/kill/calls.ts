import type { Participant, Transport } from '../../coordinator/index.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { Call, FromMember, ToMember } from './ipc.ts';

type Answer = Extract<ToMember, { type: 'answer' }>;
type Asked = Extract<ToMember, { type: 'asked' }>;

/** A member's requests to the others, over the hub, and its answers to theirs. */
export class Calls {
  readonly #tell: (message: FromMember) => void;
  readonly #open = new Map<number, (parts: readonly Uint8Array[] | null) => void>();
  #last = 0;

  constructor(tell: (message: FromMember) => void) {
    this.#tell = tell;
  }

  get transport(): Omit<Transport, 'broadcast'> {
    return {
      fetch: async (from, digest, maxBytes, signal) => {
        const [bytes] = await this.#call(from, { name: 'fetch', digest }, signal);
        if (bytes === undefined || bytes.length > maxBytes || digestOfBytes(bytes) !== digest)
          throw new BallastError('BODY_NOT_SERVED', `blob ${digest.slice(0, 12)}: ${from} did not serve it`);
        return bytes;
      },
      fetchLog: (from, request, signal) => this.#call(from, { name: 'log', request }, signal),
      fetchWitness: (from, signal) => this.#call(from, { name: 'witness' }, signal),
    };
  }

  settle({ id, parts }: Answer): void {
    this.#open.get(id)?.(parts);
  }

  async serve({ id, by, call }: Asked, participant: Participant): Promise<void> {
    this.#tell({ type: 'answer', id, parts: await answer(by, call, participant) });
  }

  #call(to: string, call: Call, signal: AbortSignal): Promise<Uint8Array[]> {
    const id = ++this.#last;
    return new Promise<Uint8Array[]>((resolve, reject) => {
      const give = (parts: readonly Uint8Array[] | null): void => {
        this.#open.delete(id);
        if (parts === null) reject(new BallastError('PEER_UNREACHABLE', `${to} did not answer ${call.name}`));
        // What comes over a process channel shares a buffer with its neighbours.
        else resolve(parts.map((bytes) => Uint8Array.from(bytes)));
      };
      this.#open.set(id, give);
      signal.addEventListener('abort', () => give(null), { once: true });
      this.#tell({ type: 'call', id, to, call });
    });
  }
}

async function answer(
  by: string,
  call: Call,
  participant: Participant,
): Promise<readonly Uint8Array[] | null> {
  if (call.name === 'log') return participant.serveLog(call.request, by);
  if (call.name === 'witness') return participant.serveWitness(by);
  const bytes = await participant.serve(call.digest, by);
  return bytes === undefined ? null : [bytes];
}

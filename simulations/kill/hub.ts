import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromMember, MemberArguments, ToMember } from './ipc.ts';
import { Wire } from './wire.ts';

const MEMBER = fileURLToPath(new URL('./member.ts', import.meta.url));

export type Opened = Extract<FromMember, { type: 'opened' }>;
export type Decision = Extract<FromMember, { type: 'decided' }> & {
  readonly index: number;
  readonly atMs: number;
};
export type PhaseOf = Extract<FromMember, { type: 'phase' }> & { readonly index: number };

export type HubListener = {
  readonly onOpened?: (index: number, opened: Opened) => void;
  readonly onPhase?: (phase: PhaseOf) => void;
  readonly onDecided?: (decision: Decision) => void;
  readonly onFailed?: (index: number, code: string, message: string) => void;
  /** Each message as it passes, before the others hear it. */
  readonly onSaid?: (index: number, type: string, round: number) => void;
};

/** Starts, kills and connects members, and listens to the wire between them. */
export class Hub {
  readonly wire = new Wire();
  readonly #arguments: readonly MemberArguments[];
  readonly #listener: HubListener;
  readonly #children: (ChildProcess | undefined)[];
  readonly #ids: ReadonlyMap<string, number>;
  /** Which member asked, by the number under which the asked one knows the call. */
  readonly #asked = new Map<number, { readonly by: number; readonly to: number; readonly id: number }>();
  readonly #blocks: NodeJS.Timeout;
  #calls = 0;
  #height = 0;

  /** @param members in the order of their index. */
  constructor(
    members: readonly MemberArguments[],
    ids: readonly string[],
    blockMs: number,
    listener: HubListener,
  ) {
    this.#arguments = members;
    this.#listener = listener;
    this.#children = members.map(() => undefined);
    this.#ids = new Map(ids.map((id, index) => [id, index]));
    this.#blocks = setInterval(() => {
      this.#height += 1;
      for (const index of this.#children.keys()) this.#send(index, { type: 'height', height: this.#height });
    }, blockMs);
  }

  isUp(index: number): boolean {
    return this.#children[index] !== undefined;
  }

  start(index: number): void {
    const child = fork(MEMBER, [JSON.stringify(this.#arguments[index])], {
      serialization: 'advanced',
      execArgv: [],
    });
    this.#children[index] = child;
    child.on('message', (message: FromMember) => this.#take(index, child, message));
    // What is sent to a process that has just been killed is lost, as on any wire.
    child.on('error', () => undefined);
    child.once('exit', (code) => {
      const isKilled = this.#children[index] !== child;
      if (!isKilled) this.#listener.onFailed?.(index, 'MEMBER_EXITED', `exit code ${code}`);
    });
  }

  /** SIGKILL; resolves when the process is gone, so that its database can be opened again. */
  async kill(index: number): Promise<void> {
    const child = this.#children[index];
    if (child === undefined) return;
    this.#children[index] = undefined;
    const isGone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await isGone;
    this.#failCallsTo(index);
  }

  async stop(): Promise<void> {
    clearInterval(this.#blocks);
    await Promise.all([...this.#children.keys()].map((index) => this.kill(index)));
  }

  #take(index: number, child: ChildProcess, message: FromMember): void {
    const { onOpened, onPhase, onDecided, onFailed } = this.#listener;
    // A phase that a process reached just before its death is of no use to whoever waits for it.
    const isUp = this.#children[index] === child;
    if (message.type === 'said') this.#carry(index, Uint8Array.from(message.bytes));
    if (message.type === 'call') this.#ask(index, message.id, message.to, message.call);
    if (message.type === 'answer') this.#answer(message.id, message.parts);
    if (message.type === 'opened') {
      this.#send(index, { type: 'height', height: this.#height });
      onOpened?.(index, message);
    }
    if (message.type === 'phase' && isUp) onPhase?.({ ...message, index });
    if (message.type === 'decided') onDecided?.({ ...message, index, atMs: performance.now() });
    if (message.type === 'failed') onFailed?.(index, message.code, message.message);
  }

  #carry(from: number, bytes: Uint8Array): void {
    const { type, round } = this.wire.capture(bytes);
    for (const index of this.#children.keys()) if (index !== from) this.#send(index, { type: 'hear', bytes });
    this.#listener.onSaid?.(from, type, round);
  }

  #ask(by: number, id: number, name: string, call: Extract<FromMember, { type: 'call' }>['call']): void {
    const to = this.#ids.get(name);
    if (to === undefined || !this.isUp(to)) {
      this.#send(by, { type: 'answer', id, parts: null });
      return;
    }
    const number = ++this.#calls;
    this.#asked.set(number, { by, to, id });
    const asker = [...this.#ids].find(([, index]) => index === by)?.[0] ?? '';
    this.#send(to, { type: 'asked', id: number, by: asker, call });
  }

  #answer(number: number, parts: readonly Uint8Array[] | null): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (asked !== undefined) this.#send(asked.by, { type: 'answer', id: asked.id, parts });
  }

  #failCallsTo(index: number): void {
    for (const [number, { to }] of this.#asked) if (to === index) this.#answer(number, null);
  }

  #send(index: number, message: ToMember): void {
    const child = this.#children[index];
    if (child?.connected) child.send(message, () => undefined);
  }
}

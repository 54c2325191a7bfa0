import { custom, type EIP1193RequestFn, type Hex, type Transport } from 'viem';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import {
  answerOf,
  answerOfError,
  type EndpointAnswer,
  isRpcAnswer,
  shownDifference,
} from './endpoint-answers.ts';

export type NamedEndpoint = { readonly name: string; readonly transport: Transport };

export type EndpointHealth = {
  readonly name: string;
  /** `lying` until it is taken back; `failing` while its last answer was none. */
  readonly state: 'healthy' | 'failing' | 'lying';
  readonly answers: number;
  readonly failures: number;
  readonly lies: number;
};

/** An answer that contradicts the one that a majority gave about the same block. */
export type Lie = {
  readonly endpoint: string;
  readonly method: string;
  /** The beginnings of what they say differently: of the first field that differs, where both are objects. */
  readonly got: string;
  readonly agreed: string;
};

export type ComparedOptions = {
  /** Of one request to one endpoint; 5 s unless given. */
  readonly timeoutMs?: number;
  /** How long the others are waited for when a majority has said the same; 1 s unless given. */
  readonly graceMs?: number;
  /**
   * Of two endpoints, follows one while the other gives no answer at all, as a single one would be followed; false
   * unless given. Of two that contradict each other neither is followed in any case.
   */
  readonly isOneEnough?: boolean;
  /** After so long a liar is asked again; 10 minutes unless given. */
  readonly readmitAfterMs?: number;
  readonly onLie?: (lie: Lie) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
};

type Request = { readonly method: string; readonly params?: unknown };
type State = {
  readonly name: string;
  readonly transport: Transport;
  request: EIP1193RequestFn | undefined;
  answers: number;
  failures: number;
  lies: number;
  isFailing: boolean;
  /** Requests without an answer yet. */
  open: number;
  distrustedUntil: number;
  lastLie: Lie | undefined;
};
type Told = { readonly from: State; readonly answer: EndpointAnswer };
type Block = { readonly number: Hex; readonly hash: Hex };
type Pinned = { readonly block: Block; readonly value: unknown; readonly sharing: readonly State[] };

export const MAX_COMPARED_ENDPOINTS = 16;
const BY_NUMBER = 'eth_getBlockByNumber';
const TAGS = new Set(['latest', 'safe', 'finalized']);
/** Methods that read the state of a block, and where the block stands among their parameters. */
const STATE_METHODS: ReadonlyMap<string, number> = new Map([
  ['eth_call', 1],
  ['eth_getCode', 1],
  ['eth_getBalance', 1],
  ['eth_getTransactionCount', 1],
  ['eth_getStorageAt', 2],
]);
/** Quantities that honest endpoints advise differently: the middle of them is taken. */
const ADVICE = new Set([
  'eth_gasPrice',
  'eth_maxPriorityFeePerGas',
  'eth_estimateGas',
  'eth_getTransactionCount',
]);
/** Methods whose answer is the same everywhere, or absent where it is not known yet. */
const FIXED_METHODS = new Set(['eth_chainId', 'eth_getBlockByHash', 'eth_getTransactionReceipt']);

/**
 * Several endpoints of one chain, none of which is trusted: what matters is asked of all, about one block that a
 * majority of the configured endpoints has, and taken where a majority says the same. Whoever contradicts it about the
 * very same block is named and left aside for a while. An endpoint that is behind or on another branch is no liar.
 *
 * Compared: blocks, state, code, logs, receipts and the chain id. Of estimates, pending nonces and advice on fees the
 * lower median is taken; what else is pending comes from the first endpoint that answers; a transaction is handed to
 * all. An endpoint that gave no answer is asked on, and not waited for until it answers.
 */
export class ComparedEndpoints {
  readonly #states: readonly State[];
  readonly #majorityOfAll: number;
  readonly #options: Required<Omit<ComparedOptions, 'onLie'>> & Pick<ComparedOptions, 'onLie'>;

  /** @throws UsageError `ENDPOINTS_INVALID` unless there are 2 to 16 of different names. */
  constructor(endpoints: readonly NamedEndpoint[], options: ComparedOptions = {}) {
    const names = new Set(endpoints.map(({ name }) => name));
    if (endpoints.length < 2 || endpoints.length > MAX_COMPARED_ENDPOINTS || names.size < endpoints.length) {
      throw new UsageError(
        'ENDPOINTS_INVALID',
        `endpoints: got ${endpoints.length} with ${names.size} names, expected 2 to ${MAX_COMPARED_ENDPOINTS} of different names`,
        { hint: 'name three or more: of two, neither can be told to lie' },
      );
    }
    const fresh = { request: undefined, answers: 0, failures: 0, lies: 0, isFailing: false, open: 0 };
    this.#states = endpoints.map((each) => ({
      ...each,
      ...fresh,
      distrustedUntil: Number.NEGATIVE_INFINITY,
      lastLie: undefined,
    }));
    this.#majorityOfAll = Math.floor(endpoints.length / 2) + 1;
    const defaults = { timeoutMs: 5_000, graceMs: 1_000, isOneEnough: false, readmitAfterMs: 600_000 };
    this.#options = { ...defaults, now: () => performance.now(), ...options };
  }

  /** For `createReader` and `createWriter`. */
  get transport(): Transport {
    return (config) => {
      for (const state of this.#states) {
        state.request ??= state.transport({ ...config, retryCount: 0 }).request;
      }
      return custom({ request: (call: Request) => this.#request(call) }, { retryCount: 0 })(config);
    };
  }

  get health(): readonly EndpointHealth[] {
    return this.#states.map((state) => {
      const { name, answers, failures, lies, isFailing } = state;
      const standing = isFailing ? 'failing' : 'healthy';
      return { name, state: this.#isTrusted(state) ? standing : 'lying', answers, failures, lies };
    });
  }

  /** The last lie of each endpoint that is left aside now. */
  get lies(): readonly Lie[] {
    return this.#states.flatMap((state) => (this.#isTrusted(state) ? [] : (state.lastLie ?? [])));
  }

  async #request(call: Request): Promise<unknown> {
    const { method } = call;
    const params: readonly unknown[] = Array.isArray(call.params) ? call.params : [];
    if (method === 'eth_sendRawTransaction') return await this.#handToAll(call);
    if (method === 'eth_blockNumber') return (await this.#pin('latest')).block.number;
    if (FIXED_METHODS.has(method))
      return this.#agreed(method, await this.#askAll(call), 'absent is an answer');
    if (method === 'eth_getBlockByNumber') return await this.#block(params[0], params[1] === true);
    if (method === 'eth_getLogs') return await this.#logs(params[0]);
    const place = STATE_METHODS.get(method);
    if (place === undefined || params[place] === 'pending')
      return await (ADVICE.has(method) ? this.#advised(call) : this.#first(call));
    const { block, sharing } = await this.#pin(params[place] ?? 'latest');
    const pinned = [...params.slice(0, place), { blockHash: block.hash }, ...params.slice(place + 1)];
    return this.#agreed(method, await this.#askAll({ method, params: pinned }, sharing));
  }

  /** As JSON-RPC gives it: null where a majority does not have the height yet. */
  async #block(at: unknown, isFull: boolean): Promise<unknown> {
    if (TAGS.has(String(at))) return (await this.#pin(at, isFull)).value;
    const told = await this.#atHeight(at, isFull);
    const absent = told.filter(({ answer }) => answer.kind === 'absent').length;
    return absent >= this.#neededOf(told) ? null : this.#majorityBlock(BY_NUMBER, told, false).value;
  }

  /**
   * A block that a majority has, and who has this very block.
   *
   * @param at a tag, a height, or `{blockHash}`. Of a tag it is the highest block that a majority has reached.
   */
  async #pin(at: unknown, isFull = false): Promise<Pinned> {
    if (typeof at === 'object' && at !== null && 'blockHash' in at) {
      const told = await this.#askAll({ method: 'eth_getBlockByHash', params: [at.blockHash, isFull] });
      return this.#majorityBlock('eth_getBlockByHash', told, false);
    }
    if (!TAGS.has(String(at))) return this.#majorityBlock(BY_NUMBER, await this.#atHeight(at, isFull), false);
    const isFinal = at === 'finalized';
    const tops = await this.#askAll({ method: BY_NUMBER, params: [at, false] }, this.#states, 'any');
    const keys = tops.flatMap(({ answer }) => (answer.kind === 'result' ? [answer.key] : []));
    const isOneBlock = !isFull && new Set(keys).size === 1 && this.#majority(tops) !== undefined;
    // Where all are equally far, one question was enough.
    if (isOneBlock) return this.#majorityBlock(BY_NUMBER, tops, isFinal);
    const heights = tops.flatMap(({ answer }) => heightOf(answer) ?? []);
    const reached = heights.toSorted((a, b) => (a < b ? 1 : -1))[this.#neededOf(tops) - 1];
    if (reached === undefined) throw this.#unavailable(BY_NUMBER, tops);
    const told = await this.#atHeight(`0x${reached.toString(16)}`, isFull);
    return this.#majorityBlock(BY_NUMBER, told, isFinal);
  }

  #atHeight(at: unknown, isFull: boolean): Promise<readonly Told[]> {
    return this.#askAll({ method: BY_NUMBER, params: [at === 'earliest' ? '0x0' : at, isFull] });
  }

  #majorityBlock(method: string, told: readonly Told[], isFinal: boolean): Pinned {
    const key = this.#majority(told);
    if (key === undefined) throw this.#unavailable(method, told);
    const agreed = told.find(({ answer }) => answer.kind === 'result' && answer.key === key);
    if (agreed?.answer.kind !== 'result') throw this.#unavailable(method, told);
    const block = agreed.answer.value as Block;
    for (const { from, answer } of told) {
      if (answer.kind !== 'result' || answer.key === key) continue;
      // Another block at this height may be on another branch; the same block with other contents cannot be.
      if (isFinal || (answer.value as Partial<Block>).hash === block.hash)
        this.#distrust(from, method, answer.key, key);
    }
    const sharing = told.filter(({ answer }) => answer.kind === 'result' && answer.key === key);
    return { block, value: agreed.answer.value, sharing: sharing.map(({ from }) => from) };
  }

  async #logs(filter: unknown): Promise<unknown> {
    const given = Object(filter) as Readonly<Record<string, unknown>>;
    if (given.blockHash !== undefined) {
      const { sharing } = await this.#pin({ blockHash: given.blockHash });
      return this.#agreed(
        'eth_getLogs',
        await this.#askAll({ method: 'eth_getLogs', params: [given] }, sharing),
      );
    }
    const { block, sharing } = await this.#pin(given.toBlock ?? 'latest');
    const from = given.fromBlock ?? 'latest';
    const fromBlock = from === given.toBlock || from === 'latest' ? block.number : await this.#heightOf(from);
    const params = [{ ...given, fromBlock, toBlock: block.number }];
    const told = await this.#askAll({ method: 'eth_getLogs', params }, sharing);
    if (new Set(told.map(({ answer }) => ('key' in answer ? answer.key : ''))).size === 1)
      return this.#agreed('eth_getLogs', told);
    // A range is named by heights: whoever has changed its branch since the block was agreed on is left out.
    const after = await this.#pin(block.number);
    const still = told.filter(({ from: each }) => after.sharing.includes(each));
    return this.#agreed('eth_getLogs', after.block.hash === block.hash ? still : []);
  }

  async #heightOf(at: unknown): Promise<unknown> {
    return TAGS.has(String(at)) || at === 'earliest' ? (await this.#pin(at)).block.number : at;
  }

  /** The answer of a majority; the others' are lies. */
  #agreed(method: string, told: readonly Told[], absence?: 'absent is an answer'): unknown {
    const key = this.#majority(told);
    if (key === undefined) {
      const absent = told.filter(({ answer }) => answer.kind === 'absent').length;
      if (absence !== undefined && absent >= this.#neededOf(told)) return null;
      throw this.#unavailable(method, told);
    }
    let agreed: EndpointAnswer | undefined;
    for (const { from, answer } of told) {
      if (!('key' in answer)) continue;
      if (answer.key === key) agreed = answer;
      else this.#distrust(from, method, answer.key, key);
    }
    if (agreed?.kind === 'revert') throw agreed.error;
    return agreed?.kind === 'result' ? agreed.value : null;
  }

  #majority(told: readonly Told[]): string | undefined {
    const needed = this.#neededOf(told);
    const counts = new Map<string, number>();
    for (const { answer } of told) {
      if ('key' in answer) counts.set(answer.key, (counts.get(answer.key) ?? 0) + 1);
    }
    return [...counts].find(([, count]) => count >= needed)?.[0];
  }

  /** How many have to say the same: one, where of two the other gives no answer and one is enough. */
  #neededOf(told: readonly Told[]): number {
    if (!this.#options.isOneEnough || this.#states.length !== 2) return this.#majorityOfAll;
    const speaking = told.filter(({ answer }) => isSpoken(answer));
    return speaking.length < 2 ? 1 : this.#majorityOfAll;
  }

  /** Whether nobody else has to be waited for, be it that those who are away never answer. */
  #isEnough(told: readonly Told[], wanted: 'same' | 'any'): boolean {
    const needed = this.#neededOf(told);
    const count = (kind: EndpointAnswer['kind']) =>
      told.filter(({ answer }) => answer.kind === kind).length >= needed;
    if (count('absent')) return true;
    return wanted === 'any' ? count('result') : this.#majority(told) !== undefined;
  }

  /**
   * Asks all that are trusted. Those that answer as a rule are waited for, the others only as long as they are needed.
   *
   * @returns what each said; who was not waited for has given no answer.
   */
  async #askAll(
    call: Request,
    of: readonly State[] = this.#states,
    wanted: 'same' | 'any' = 'same',
  ): Promise<readonly Told[]> {
    const asked = of.filter((state) => this.#isTrusted(state));
    const told: Told[] = [];
    const waiting = new Set(asked.filter(({ isFailing, open }) => !isFailing || open === 0));
    const done = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      const isEnough = this.#isEnough(told, wanted);
      const awaited = [...waiting].filter(({ isFailing }) => !isFailing);
      if (waiting.size === 0 || (isEnough && awaited.length === 0)) done.resolve();
      // Of two, one that is merely slow may contradict the other.
      else if (isEnough && told.length >= this.#majorityOfAll)
        timer ??= setTimeout(() => {
          for (const state of waiting) state.isFailing = true;
          done.resolve();
        }, this.#options.graceMs);
    };
    look();
    for (const from of [...waiting]) {
      void this.#ask(from, call).then((answer) => {
        waiting.delete(from);
        told.push({ from, answer });
        look();
      });
    }
    await done.promise;
    clearTimeout(timer);
    return [...told];
  }

  async #ask(state: State, call: Request): Promise<EndpointAnswer> {
    state.open++;
    const answer = await this.#raw(state, call).then(
      (result) => answerOf(call.method, result),
      (error: unknown) => answerOfError(error),
    );
    state.open--;
    state.isFailing = !isSpoken(answer);
    if (answer.kind === 'failure') state.failures++;
    else state.answers++;
    return answer;
  }

  async #raw({ name, request }: State, call: Request): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const { timeoutMs } = this.#options;
    const timer = setTimeout(
      () => late.reject(new Error(`${name}: no answer in ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await Promise.race([request?.(call as Parameters<EIP1193RequestFn>[0]), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What cannot be compared: the first endpoint that answers. */
  async #first(call: Request): Promise<unknown> {
    const told: Told[] = [];
    const inTurn = this.#states.toSorted((a, b) => Number(a.isFailing) - Number(b.isFailing));
    for (const from of inTurn.filter((state) => this.#isTrusted(state))) {
      const answer = await this.#ask(from, call);
      if (answer.kind === 'result') return answer.value;
      if (answer.kind === 'absent') return null;
      if (answer.kind === 'revert') throw answer.error;
      told.push({ from, answer });
    }
    throw this.#unavailable(call.method, told);
  }

  /** What cannot be the same everywhere, and is a quantity: no liar moves the lower median beyond what others say. */
  async #advised(call: Request): Promise<unknown> {
    const told = await this.#askAll(call, this.#states, 'any');
    const reverts = told.flatMap(({ answer }) => (answer.kind === 'revert' ? [answer.error] : []));
    const quantities = told.flatMap(({ answer }) =>
      answer.kind === 'result' ? quantityOf(answer.value) : [],
    );
    const isRefused = quantities.length < reverts.length || reverts.length >= this.#neededOf(told);
    if (reverts.length > 0 && isRefused) throw reverts[0];
    const median = quantities.toSorted((a, b) => (a < b ? -1 : 1))[Math.floor((quantities.length - 1) / 2)];
    if (median === undefined || quantities.length < this.#neededOf(told))
      throw this.#unavailable(call.method, told);
    return `0x${median.toString(16)}`;
  }

  /** One endpoint that takes it is enough; where none does, what the chain says of it counts before who is away. */
  async #handToAll(call: Request): Promise<unknown> {
    const told = await this.#askAll(call, this.#states, 'any');
    const taken = told.find(({ answer }) => answer.kind === 'result')?.answer;
    if (taken?.kind === 'result') return taken.value;
    const refusals = told.flatMap(({ answer }) => ('error' in answer ? [answer.error] : []));
    throw refusals.find(isRpcAnswer) ?? refusals[0] ?? this.#unavailable(call.method, told);
  }

  #isTrusted(state: State): boolean {
    return this.#options.now() >= state.distrustedUntil;
  }

  #distrust(state: State, method: string, got: string, agreed: string): void {
    state.lies++;
    state.distrustedUntil = this.#options.now() + this.#options.readmitAfterMs;
    const lie = { endpoint: state.name, method, ...shownDifference(got, agreed) };
    state.lastLie = lie;
    this.#options.onLie?.(lie);
  }

  #unavailable(method: string, told: readonly Told[]): BallastError {
    const said = told.filter(({ answer }) => 'key' in answer);
    const needed = this.#neededOf(told);
    const isDispute = said.length >= needed;
    const names = said.map(({ from }) => from.name).join(', ');
    const got = isDispute ? `different answers from ${names}` : `${said.length} answers`;
    return new BallastError(
      isDispute ? 'ENDPOINTS_DISAGREE' : 'ENDPOINTS_UNAVAILABLE',
      `${method}: got ${got}, expected the same from ${needed} of ${this.#states.length} endpoints`,
      {
        metadata: { method, answered: said.length, needed, of: this.#states.length },
        hint: isDispute
          ? 'ask an endpoint of your own: no majority says the same about one block'
          : 'check that the RPC endpoints answer and keep up with the chain',
        cause: told.map(({ answer }) => (answer.kind === 'failure' ? answer.error : undefined)).find(Boolean),
      },
    );
  }
}

/** Whether an endpoint said anything, be it that the request fails. */
const isSpoken = (answer: EndpointAnswer): boolean => answer.kind !== 'failure' || isRpcAnswer(answer.error);

const quantityOf = (value: unknown): readonly bigint[] =>
  typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value) ? [BigInt(value)] : [];

function heightOf(answer: EndpointAnswer): bigint | undefined {
  if (answer.kind !== 'result') return undefined;
  return quantityOf((answer.value as Partial<Block>).number)[0];
}

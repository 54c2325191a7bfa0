import { type Address, isAddress, parseAbi } from 'viem';
import type { ChainReader } from '../../../../contracts/client/index.ts';
import { BallastError, UsageError } from '../../../../protocol/errors.ts';
import { FLAGS } from '../../../features/series.ts';
import type { DataSource, Observation, SourceCollaborators, TimeRange } from '../data-source.ts';
import { Refusals } from '../refusal.ts';
import { untilAborted } from '../until-aborted.ts';
import { chainCall } from './chain-calls.ts';
import { type ChainPrice, priceScreen } from './price-bars.ts';

export type ChainlinkOptions = {
  /** The proxy that consumers read. */
  readonly feed: string;
  /** What answers are counted in, such as `USD`. */
  readonly unit: string;
  /** Share of the price beyond which a round needs to be confirmed: 0.05 for a peg. */
  readonly jump: number;
  /** Longest silence of a sound feed, seconds; a day unless given. */
  readonly heartbeat?: number;
  /** Blocks that a live round must be deep; 12 unless given. */
  readonly confirmations?: number;
  /** Seconds between questions for a new round; 60 unless given. */
  readonly pollSeconds?: number;
};

const ABI = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
  'function getRoundData(uint80) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
  'function phaseId() view returns (uint16)',
  'function phaseAggregators(uint16) view returns (address)',
  'function latestRound() view returns (uint256)',
]);

/** Rounds of one reading, of one phase, and asked for at once. */
const MAX_ROUNDS = 2_000_000;
const MAX_PHASE_ROUNDS = 10_000_000n;
const AT_ONCE = 16n;
const DAY = 86_400;
const PHASE_SHIFT = 64n;

type Round = {
  readonly id: bigint;
  readonly answer: bigint;
  readonly second: number;
  readonly isCarried: boolean;
};

/**
 * Rounds of a Chainlink price feed. A proxy's round id is its phase and the round of that phase's aggregator
 * (`phase << 64 | round`); a phase's rounds count until the first round of the next. Live rounds are asked for at a block
 * that is deep enough to stay.
 *
 * @throws UsageError `SOURCE_ADDRESS`.
 */
export function createChainlinkSource(
  options: ChainlinkOptions,
  reader: ChainReader,
  world: SourceCollaborators,
): DataSource {
  if (!isAddress(options.feed, { strict: false })) {
    throw new UsageError('SOURCE_ADDRESS', 'feed: expected the address of a contract, 0x and 40 digits');
  }
  const feed = new ChainlinkFeed(options, reader, world);
  return {
    id: feed.id,
    unit: options.unit,
    history: (range, signal) => feed.history(range, signal),
    live: (signal) => untilAborted(feed.live(signal), signal),
  };
}

class ChainlinkFeed {
  readonly id: string;
  readonly #options: ChainlinkOptions;
  readonly #address: Address;
  readonly #reader: ChainReader;
  readonly #world: SourceCollaborators;

  constructor(options: ChainlinkOptions, reader: ChainReader, world: SourceCollaborators) {
    this.#address = options.feed.toLowerCase() as Address;
    this.id = `chainlink:${reader.chain.id}:${this.#address}`;
    this.#options = options;
    this.#reader = reader;
    this.#world = world;
  }

  async *history({ from, to }: TimeRange, signal: AbortSignal): AsyncGenerator<Observation> {
    const screen = this.#screen(new Refusals(this.id));
    const decimals = await this.#decimals();
    const last = await this.#call('phaseId', () =>
      this.#reader.readContract({ ...this.#at, functionName: 'phaseId' }),
    );
    const { heartbeat = DAY } = this.#options;
    const gap = { kind: 'gap', source: this.id, reason: 'unserved' } as const;
    let told = 0;
    let begun = false;
    for (let phase = 1; phase <= last; phase++) {
      signal.throwIfAborted();
      const end = await this.#lastRound(phase);
      const next = phase < last ? await this.#round(idOf(phase + 1, 1n)) : undefined;
      const until = Math.min(to, next?.second ?? to);
      if (end === 0n || until <= from) continue;
      let silent: bigint | undefined;
      for (let n = await this.#firstFrom(phase, end, from); n <= end; n += AT_ONCE) {
        signal.throwIfAborted();
        const count = end - n + 1n < AT_ONCE ? end - n + 1n : AT_ONCE;
        const ids = Array.from({ length: Number(count) }, (_, i) => idOf(phase, n + BigInt(i)));
        const rounds = await Promise.all(ids.map((id) => this.#round(id)));
        // Rounds that nobody answered are none; the heartbeat flags the silence that they leave.
        const known = rounds.filter((round) => round !== undefined);
        for (const round of known) {
          if (round.second >= until || round.second < from) continue;
          const observation = screen(priceOf(round, decimals));
          if (!begun && observation.kind === 'bar') {
            begun = true;
            if (round.second > from + heartbeat) yield { ...gap, from, to: round.second };
          }
          yield observation;
        }
        told += known.length;
        silent = known.length === 0 ? n : undefined;
        if (told > MAX_ROUNDS) throw tooMany(this.id);
        // All of them: a single round of the future ends no reading.
        if (known.length > 0 && known.every(({ second }) => second >= until)) break;
      }
      if (silent !== undefined) yield { kind: 'gap', source: this.id, from, to: until, reason: 'silent' };
    }
  }

  async *live(signal: AbortSignal): AsyncGenerator<Observation> {
    const { clock } = this.#world;
    const screen = this.#screen(new Refusals(this.id));
    const poll = (this.#options.pollSeconds ?? 60) * 1000;
    const decimals = await this.#decimals();
    let seen: bigint | undefined;
    for (;;) {
      for (const round of await this.#newRounds(seen)) {
        seen = round.id;
        yield screen(priceOf(round, decimals));
      }
      await clock.sleep(poll, signal);
    }
  }

  /** Rounds after `seen`, the ones between with them where they are of one phase; none while the chain is away. */
  async #newRounds(seen: bigint | undefined): Promise<Round[]> {
    try {
      const head = await this.#call('height', () => this.#reader.getBlockNumber());
      const deep = head - BigInt(this.#options.confirmations ?? 12);
      const at = { ...this.#at, blockNumber: deep < 0n ? 0n : deep } as const;
      const latest = roundOf(
        await this.#call('last round', () =>
          this.#reader.readContract({ ...at, functionName: 'latestRoundData' }),
        ),
      );
      if (latest === undefined || (seen !== undefined && latest.id <= seen)) return [];
      if (seen === undefined || latest.id >> PHASE_SHIFT !== seen >> PHASE_SHIFT) return [latest];
      const missed: Round[] = [];
      const first = latest.id - seen > 1000n ? latest.id - 1000n : seen + 1n;
      for (let id = first; id < latest.id; id++) {
        const round = await this.#round(id);
        if (round !== undefined) missed.push(round);
      }
      return [...missed, latest];
    } catch (error) {
      if (error instanceof BallastError && error.code === 'SOURCE_UNREACHABLE') return [];
      throw error;
    }
  }

  get #at() {
    return { abi: ABI, address: this.#address } as const;
  }

  #screen(refusals: Refusals) {
    const { jump, heartbeat = DAY } = this.#options;
    return priceScreen(this.id, { jump, heartbeat }, refusals, () => this.#world.clock.now() / 1000);
  }

  #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return chainCall(this.id, what, call);
  }

  async #decimals(): Promise<number> {
    return this.#call('decimals', () => this.#reader.readContract({ ...this.#at, functionName: 'decimals' }));
  }

  /** Number of a phase's last round; 0 where it has none. */
  async #lastRound(phase: number): Promise<bigint> {
    const aggregator = await this.#call('aggregator', () =>
      this.#reader.readContract({ ...this.#at, functionName: 'phaseAggregators', args: [phase] }),
    );
    if (/^0x0+$/.test(aggregator)) return 0n;
    const last = await this.#call('last round of a phase', () =>
      this.#reader.readContract({ abi: ABI, address: aggregator, functionName: 'latestRound' }),
    );
    if (last <= MAX_PHASE_ROUNDS) return last;
    throw new BallastError(
      'SOURCE_ANSWER',
      `${this.id}: got ${last} rounds, expected at most ${MAX_PHASE_ROUNDS}`,
    );
  }

  /** A round, or undefined where it was never answered: feeds revert there, or answer at time 0. */
  async #round(id: bigint): Promise<Round | undefined> {
    return roundOf(
      await chainCall(this.id, 'round', () =>
        this.#reader
          .readContract({ ...this.#at, functionName: 'getRoundData', args: [id] })
          .catch(unlessReverted),
      ),
    );
  }

  /** The first round of a phase at `from` or later: by halves, since rounds of one aggregator come in order of time. */
  async #firstFrom(phase: number, end: bigint, from: number): Promise<bigint> {
    let [low, high] = [1n, end];
    while (low < high) {
      const middle = (low + high) / 2n;
      const round = await this.#round(idOf(phase, middle));
      // A round that was never answered says nothing: looking from further back finds the same first one.
      if (round !== undefined && round.second < from) low = middle + 1n;
      else high = middle;
    }
    return low;
  }
}

const idOf = (phase: number, round: bigint): bigint => (BigInt(phase) << PHASE_SHIFT) | round;

function unlessReverted(error: unknown): undefined {
  const isRevert =
    error instanceof Error &&
    error.name === 'ContractFunctionExecutionError' &&
    /revert/i.test(error.message);
  if (!isRevert) throw error;
}

function roundOf(told: readonly [bigint, bigint, bigint, bigint, bigint] | undefined): Round | undefined {
  if (told === undefined) return undefined;
  const [id, answer, , updatedAt, answeredIn] = told;
  if (updatedAt === 0n) return undefined;
  return { id, answer, second: Number(updatedAt), isCarried: answeredIn < id };
}

/** An answer carried over from an earlier round is flagged `stale`. */
function priceOf({ id, answer, second, isCarried }: Round, decimals: number): ChainPrice {
  const price = Number(answer) / 10 ** decimals;
  const flags = isCarried ? FLAGS.stale : 0;
  const name = `round ${id}`;
  return { name, second, open: price, high: price, low: price, close: price, volume: Number.NaN, flags };
}

const tooMany = (source: string): BallastError =>
  new BallastError('SOURCE_UNUSABLE', `${source}: got ${MAX_ROUNDS} rounds, expected fewer in one reading`, {
    metadata: { source },
    hint: 'ask for a shorter period',
  });

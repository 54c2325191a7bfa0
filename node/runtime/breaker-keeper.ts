import {
  ContractRevertError,
  type KeeperDuties,
  type KeptContracts,
  keeperDuties,
  observationOf,
  observe,
  oracleOf,
  recordPrices,
  suiteOf,
  type TripCause,
} from '../../contracts/client/index.ts';
import { type Committee, memberIndex } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { ChainLink } from './chain-link.ts';
import type { Conditions } from './conditions.ts';
import type { Emit } from './events.ts';
import { pause } from './pause.ts';

export type BreakerKeeperOptions = {
  /** What is due is looked for at least so often, and not more often than that. */
  readonly mostPauseMs: number;
  readonly leastPauseMs: number;
};

export const KEEPING: BreakerKeeperOptions = { mostPauseMs: 60_000, leastPauseMs: 1_000 };
/** Over this share of the interval the members' turns are spread, so that keepers do not all send the same. */
const STAGGER_SHARE = 0.25;

export type BreakerKeeperCollaborators = {
  readonly link: Pick<ChainLink, 'reader' | 'writer' | 'document' | 'held'>;
  /** 0 for who is to come first, below 1 for who is to come last. */
  readonly turn: () => number;
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>;
  readonly emit: Emit;
};

/** Refusals that say that another keeper came first. */
const DONE: ReadonlySet<string> = new Set(['OBSERVATION_TOO_EARLY', 'RECORD_TOO_EARLY']);

/**
 * Has the oracle record and the circuit breaker observe when the contracts let it, through the account's one
 * transaction manager, beside the rounds.
 *
 * Without a price nothing is recorded. A failed observation is sent only as long as it can still halt something: the
 * contract takes it for a vote that the oracle has failed, and k of n of them halt what raises risk. After that nothing
 * is sent until there is a price.
 */
export class BreakerKeeper {
  readonly #options: BreakerKeeperOptions;
  readonly #collaborators: BreakerKeeperCollaborators;
  #contracts: KeptContracts | undefined;
  #trips: number | undefined;

  constructor(options: BreakerKeeperOptions, collaborators: BreakerKeeperCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  /** Rejects when the signal fires, and for nothing else. */
  async run(signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted();
      await pause(await this.keep(signal), signal);
    }
  }

  /** Does what is due. @returns milliseconds until there may be more to do. Never rejects for what the chain does. */
  async keep(signal: AbortSignal): Promise<number> {
    const { link, conditions, turn } = this.#collaborators;
    const { mostPauseMs, leastPauseMs } = this.#options;
    try {
      if (link.held !== undefined) return leastPauseMs;
      const contracts = await this.#find();
      let duties = await this.#look(contracts);
      if (dueAt(duties) <= duties.now) {
        const place = turn();
        await pause(place * STAGGER_SHARE * duties.interval * 1_000, signal);
        // Whoever was before this one in turn may have done it.
        if (place > 0) duties = await this.#look(contracts);
        const causes = await this.#do(contracts, duties, signal);
        duties = await this.#look(contracts, causes);
      }
      conditions.clear('BREAKER_UNOBSERVED');
      return Math.min(mostPauseMs, Math.max(leastPauseMs, (dueAt(duties) - duties.now) * 1_000));
    } catch (error) {
      signal.throwIfAborted();
      if (isDone(error)) return leastPauseMs;
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      // A chain that is away is told of by its own condition.
      if (link.held === undefined) conditions.raise('BREAKER_UNOBSERVED', `breaker: ${reason}`);
      return Math.min(mostPauseMs, leastPauseMs * 10);
    }
  }

  async #find(): Promise<KeptContracts> {
    if (this.#contracts !== undefined) return this.#contracts;
    const { reader, document } = this.#collaborators.link;
    const { circuitBreaker: breaker } = await suiteOf(reader, document.contracts.parameterRegistry);
    this.#contracts = { breaker, oracle: await oracleOf(reader, breaker) };
    return this.#contracts;
  }

  /** @param causes of the trip that this keeper's own observation made. */
  async #look(contracts: KeptContracts, causes: readonly TripCause[] = []): Promise<KeeperDuties> {
    const { link, conditions, emit } = this.#collaborators;
    const duties = await keeperDuties(link.reader, contracts);
    const { feed, trips, severity, halted } = duties;
    if (feed === 'none') conditions.clear('ORACLE_UNUSABLE');
    else conditions.raise('ORACLE_UNUSABLE', `oracle: no price of the coin: ${feed}`, { feed });
    if (this.#trips !== undefined && trips > this.#trips)
      emit({ event: 'halted', trips, causes, severity, halted });
    this.#trips = trips;
    return duties;
  }

  /** @returns what has tripped the breaker by it. */
  async #do(
    { breaker, oracle }: KeptContracts,
    duties: KeeperDuties,
    signal: AbortSignal,
  ): Promise<readonly TripCause[]> {
    const { link, emit } = this.#collaborators;
    const { reader, writer } = link;
    if (isRecordDue(duties))
      await recordPrices(reader, writer, oracle, { signal }).catch((error: unknown) => {
        if (!isDone(error)) throw error;
      });
    if (!isObservationDue(duties)) return [];
    const receipt = await observe(reader, writer, breaker, { signal });
    const observation = observationOf(receipt);
    if (observation === undefined) return [];
    const { pegPrice, causes, ...seen } = observation;
    emit({ event: 'observed', ...seen, pegPrice: String(pegPrice), transaction: receipt.transactionHash });
    return causes;
  }
}

/** A keeper's turn: its place among the members; after them for who is none. */
export function keeperTurn(committee: Committee | undefined, node: NodeId): number {
  const place = committee === undefined ? -1 : memberIndex(committee, node);
  return committee === undefined
    ? 0
    : (place < 0 ? committee.members.length : place) / (committee.members.length + 1);
}

const isDone = (error: unknown): boolean => error instanceof ContractRevertError && DONE.has(error.code);

const isRecordDue = (duties: KeeperDuties): boolean =>
  duties.feed === 'none' && duties.now >= duties.recordAt;

const isWorthObserving = ({ feed, isFailureHalted }: KeeperDuties): boolean =>
  feed === 'none' || !isFailureHalted;

const isObservationDue = (duties: KeeperDuties): boolean =>
  isWorthObserving(duties) && duties.now >= duties.observeAt;

/** Unix seconds from when there is something to send; infinite while nothing that is sent would change anything. */
function dueAt(duties: KeeperDuties): number {
  const { feed, recordAt, observeAt } = duties;
  return Math.min(
    feed === 'none' ? recordAt : Number.POSITIVE_INFINITY,
    isWorthObserving(duties) ? observeAt : Number.POSITIVE_INFINITY,
  );
}

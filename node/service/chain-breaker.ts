import {
  activeOverrides,
  type BreakerStatus,
  breakerStatus,
  type Halt,
  type HaltScope,
  haltName,
  justificationText,
  KNOWN_NAMES,
  overrideCount,
  overrideTransactions,
  type Resumption,
  SEVERITIES,
  type SuiteAddresses,
  standingHalts,
  standingOf,
  suiteOf,
} from '../../contracts/client/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { BreakerJson, OverrideJson } from '../api/index.ts';
import type { ChainLink } from '../runtime/index.ts';
import { fresh } from './fresh.ts';

/** An endpoint that gave no old events is asked for them again after this. */
const RETRY_MS = 60_000;
const MAX_ITEMS = 256;
const MAX_WORDS = 2_000;

/** What is halted, with who did it where the events could be read. */
type Known = { readonly target: HaltScope } & Partial<Omit<Halt, 'target'>>;
type Made = Awaited<ReturnType<typeof overrideTransactions>>;
type Link = Pick<ChainLink, 'reader' | 'document'>;

/**
 * The circuit breaker and the overrides as the chain has them. Old events are read when there is a halt or an override
 * that is not known yet, and not otherwise.
 */
export class ChainBreaker {
  readonly #now: () => number;
  #suite: SuiteAddresses | undefined;
  #halts: { readonly trips: number; readonly known: readonly Known[]; readonly retryAt: number } | undefined;
  #made: { readonly count: number; readonly made: Made; readonly retryAt: number } | undefined;
  /** By the number of the override; null where nobody can say. */
  readonly #words = new Map<number, string | null>();
  readonly breaker: (link: Link) => Promise<BreakerJson>;
  readonly overrides: (link: Link) => Promise<readonly OverrideJson[]>;

  /** @param now milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now;
    this.breaker = fresh(now, (link) => this.#readBreaker(link));
    this.overrides = fresh(now, (link) => this.#readOverrides(link));
  }

  async #readBreaker(link: Link): Promise<BreakerJson> {
    const { circuitBreaker: address } = await this.#suiteOf(link);
    const status = await breakerStatus(link.reader, address);
    const known = await this.#knownHalts(link, address, status);
    const targets = known.map(({ target }) => target);
    const standing = await standingOf(link.reader, address, targets);
    const { severity, trips, observedAt } = status;
    return {
      address,
      severity,
      level: SEVERITIES[severity] ?? 'critical',
      halts: known
        .flatMap((halt, i) =>
          standing[i]?.isHalted === true ? [haltJson(halt, standing[i]?.resumption)] : [],
        )
        .slice(0, MAX_ITEMS),
      trips,
      observedAtMs: observedAt === 0 ? null : observedAt * 1_000,
    };
  }

  /** A halt more counts as a trip; what has been resumed since is found by asking for each. */
  async #knownHalts({ reader }: Link, address: string, status: BreakerStatus): Promise<readonly Known[]> {
    const held = this.#halts;
    if (held !== undefined && held.trips === status.trips && this.#now() < held.retryAt) return held.known;
    const { trips } = status;
    try {
      const known = trips === 0 ? [] : await standingHalts(reader, address);
      this.#halts = { trips, known, retryAt: Number.POSITIVE_INFINITY };
    } catch {
      this.#halts = { trips, known: bareHalts(status), retryAt: this.#now() + RETRY_MS };
    }
    return this.#halts.known;
  }

  async #readOverrides(link: Link): Promise<readonly OverrideJson[]> {
    const { overrideModule } = await this.#suiteOf(link);
    const { reader } = link;
    const count = await overrideCount(reader, overrideModule);
    if (count === 0) return [];
    const made = await this.#knownOverrides(link, overrideModule, count);
    const parameters = new Set<Digest>([...made.values()].map(({ parameter }) => parameter));
    const asked = parameters.size === 0 ? [...KNOWN_NAMES.keys()] : [...parameters];
    const active = (await activeOverrides(reader, overrideModule, asked)).slice(0, MAX_ITEMS);
    return Promise.all(
      active.map(async ({ parameter, number, value, startedAt, endsAt, decision, justification }) => {
        const transaction = made.get(number)?.transactionHash ?? null;
        return {
          parameter,
          name: KNOWN_NAMES.get(parameter) ?? null,
          value: String(value),
          startedAtMs: startedAt * 1_000,
          endsAtMs: endsAt * 1_000,
          decision,
          justification,
          words: transaction === null ? null : await this.#wordsOf(link, number, transaction, justification),
          transaction,
        };
      }),
    );
  }

  async #knownOverrides({ reader }: Link, overrideModule: string, count: number): Promise<Made> {
    const held = this.#made;
    if (held !== undefined && held.count === count && this.#now() < held.retryAt) return held.made;
    try {
      const made = await overrideTransactions(reader, overrideModule);
      this.#made = { count, made, retryAt: Number.POSITIVE_INFINITY };
    } catch {
      this.#made = { count, made: new Map(), retryAt: this.#now() + RETRY_MS };
    }
    return this.#made.made;
  }

  async #wordsOf({ reader }: Link, number: number, transaction: `0x${string}`, justification: Digest) {
    const known = this.#words.get(number);
    if (known !== undefined) return known;
    const text = await justificationText(reader, transaction, justification).catch(() => undefined);
    const words = text?.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, MAX_WORDS) ?? null;
    if (this.#words.size >= MAX_ITEMS) this.#words.clear();
    this.#words.set(number, words);
    return words;
  }

  async #suiteOf({ reader, document }: Link): Promise<SuiteAddresses> {
    this.#suite ??= await suiteOf(reader, document.contracts.parameterRegistry);
    return this.#suite;
  }
}

/** What the breaker's own state tells, without the events. */
function bareHalts(status: BreakerStatus): readonly Known[] {
  const targets: readonly HaltScope[] = [
    ...(status.all ? [{ scope: 'all' } as const] : []),
    ...(status.riskRaising ? [{ scope: 'riskRaising' } as const] : []),
    ...(status.isMintingHalted ? [{ scope: 'minting' } as const] : []),
    ...(status.isBurningHalted ? [{ scope: 'burning' } as const] : []),
    ...status.classes.map((number) => ({ scope: 'class', class: number }) as const),
  ];
  return targets.map((target) => ({ target }));
}

function haltJson(
  { target, kind, by, since, transactionHash }: Known,
  resumption: Resumption | undefined,
): BreakerJson['halts'][number] {
  return {
    ...haltName(target),
    kind: kind ?? null,
    by: by ?? null,
    sinceMs: since === undefined ? null : since * 1_000,
    transaction: transactionHash ?? null,
    resumption:
      resumption === undefined
        ? null
        : { readyAtMs: resumption.readyAt * 1_000, isCancelled: resumption.isCancelled },
  };
}

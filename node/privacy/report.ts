import {
  type Accountant,
  type AccountantName,
  type PrivacyEvent,
  privacyEventOf,
  type ReleaseEvent,
} from '../../privacy/index.ts';
import type { PrivacyAccountJson } from '../api/index.ts';
import { type Advice, advise } from './advice.ts';
import type { Plan } from './plan.ts';
import type { Tally } from './releases.ts';

/** An accountant under the account's relation, with nothing charged yet. */
export type OpenAccountant = (name: AccountantName) => Accountant;

export type ReportOptions = {
  /** In the order in which they are shown; the one that the ledger charges by is among them. */
  readonly accountants: readonly AccountantName[];
  readonly open: OpenAccountant;
  /**
   * The least noise multiplier with which an event stays within (ε, δ).
   *
   * @throws BallastError where none does.
   */
  readonly calibrate: (event: (noiseMultiplier: number) => PrivacyEvent, name: AccountantName) => number;
  /** So many rounds more are planned. */
  readonly planned?: number;
};

/** ε by accountant; null where it is infinite or was not computed. */
export type Epsilons = Readonly<Partial<Record<AccountantName, number | null>>>;

export type PrivacyReport = {
  readonly account: PrivacyAccountJson;
  readonly accountants: readonly AccountantName[];
  /** Of everything released. */
  readonly spent: Epsilons;
  /** Accountants that cannot charge what was released, and why. */
  readonly refused: Readonly<Partial<Record<AccountantName, string>>>;
  /** The last releases in order, with what had been spent after each. */
  readonly rounds: readonly {
    readonly round: number | null;
    readonly words: string;
    readonly epsilon: Epsilons;
  }[];
  readonly plan: Plan | undefined;
  readonly advice: readonly Advice[];
};

/** Rows at which each accountant computes ε: a PLD composes for a while at each. */
const ROWS: Readonly<Record<AccountantName, number>> = { gaussian: 500, rdp: 500, pld: 24 };

/** What a node's releases cost under each accountant, what the rest of the budget allows, and what to do about it. */
export function privacyReport(account: PrivacyAccountJson, options: ReportOptions): PrivacyReport {
  const names = account.unit === 'none' ? [] : options.accountants;
  const columns = names.map((name) => ({ name, ...columnOf(account, options.open(name)) }));
  const byName = <T>(value: (column: (typeof columns)[number]) => T | undefined) =>
    Object.fromEntries(
      columns.flatMap((column) => {
        const found = value(column);
        return found === undefined ? [] : [[column.name, found]];
      }),
    );
  const plan = planOf(account, options);
  return {
    account,
    accountants: names,
    spent: byName(({ spent }) => spent),
    refused: byName(({ refused }) => refused),
    rounds: account.rounds.map(({ round, event }, i) => ({
      round,
      words: account.events[event]?.words ?? '',
      epsilon: byName(({ rows }) => rows[i]),
    })),
    plan,
    advice: advise(account, plan),
  };
}

type Column = {
  readonly spent: number | null;
  /** By row of the account; undefined where it was not computed. */
  readonly rows: readonly (number | null | undefined)[];
  readonly refused: string | undefined;
};

function columnOf(account: PrivacyAccountJson, accountant: Accountant): Column {
  const { delta } = account;
  const events = account.events.map(({ event }) => privacyEventOf(event));
  const used = new Set([...account.earlier, ...account.rounds].map(({ event }) => event));
  const refused = events.filter((_, i) => used.has(i)).flatMap((event) => accountant.refuses(event) ?? [])[0];
  if (refused !== undefined) return { spent: null, rows: account.rounds.map(() => null), refused };
  const charge = (place: number, times: number): void => {
    const event = events[place];
    if (event !== undefined) accountant.compose(event, times);
  };
  for (const { event, times } of account.earlier) charge(event, times);
  const from = account.rounds.length - ROWS[accountant.name];
  const rows = account.rounds.map(({ event }, i) => {
    charge(event, 1);
    return i < from ? undefined : finite(accountant.epsilon(delta));
  });
  const spent = account.spent.releases === 0 ? 0 : (rows.at(-1) ?? finite(accountant.epsilon(delta)));
  return { spent, rows, refused: undefined };
}

function planOf(account: PrivacyAccountJson, { planned, open, calibrate }: ReportOptions): Plan | undefined {
  const { accountant, budget, delta } = account;
  const next = account.events[account.next.event]?.event;
  if (planned === undefined || accountant === null || budget === null || next === undefined) return undefined;
  const spent = spentOf(account).map(repeated);
  const accounting = open(accountant);
  accounting.compose(composed([...spent, repeated({ event: next, times: planned })]));
  const epsilon = accounting.epsilon(delta);
  return {
    rounds: planned,
    epsilon: finite(epsilon),
    fits: epsilon <= budget,
    noiseMultiplier: leastNoise(() =>
      calibrate(
        (noise) => composed([...spent, repeated({ event: withNoise(next, noise), times: planned })]),
        accountant,
      ),
    ),
  };
}

/** Everything that was released, by kind. */
function spentOf({ events, earlier, rounds }: PrivacyAccountJson): Tally[] {
  return events.flatMap(({ event }, i) => {
    const before = earlier.find((known) => known.event === i)?.times ?? 0;
    const times = before + rounds.filter((row) => row.event === i).length;
    return times === 0 ? [] : [{ event, times }];
  });
}

const repeated = ({ event, times }: Tally): PrivacyEvent => ({
  kind: 'repeated',
  times,
  event: privacyEventOf(event),
});

const composed = (events: readonly PrivacyEvent[]): PrivacyEvent => ({ kind: 'composed', events });

function leastNoise(calibrate: () => number): number | null {
  try {
    return calibrate();
  } catch {
    // No noise is enough where the budget is spent already.
    return null;
  }
}

/** The same release with another noise multiplier, and its noise on the grid grown alike. */
export function withNoise(release: ReleaseEvent, noiseMultiplier: number): ReleaseEvent {
  if (release.unit === 'none') return release;
  if ('event' in release) return { ...release, event: eventWithNoise(release.event, noiseMultiplier) };
  return { ...release, noiseMultiplier };
}

function eventWithNoise(event: PrivacyEvent, noiseMultiplier: number): PrivacyEvent {
  if (event.kind === 'poisson-sampled' || event.kind === 'fixed-size-sampled' || event.kind === 'repeated') {
    return { ...event, event: eventWithNoise(event.event, noiseMultiplier) };
  }
  if (!('noiseMultiplier' in event)) return event;
  const growth = noiseMultiplier / event.noiseMultiplier;
  return {
    ...event,
    noiseMultiplier,
    ...('gridDeviation' in event ? { gridDeviation: event.gridDeviation * Math.max(1, growth) } : {}),
  } as PrivacyEvent;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

import {
  type AccountantName,
  type LedgerEntry,
  type PrivacyLedger,
  type ReleaseEvent,
  trustAssumption,
} from '../../privacy/index.ts';
import type { PrivacyAccountJson } from '../api/index.ts';
import { releaseWords } from './event-words.ts';
import { kindOf, roundOfKey, type Tally, tally } from './releases.ts';

/** Releases of which the cost is told one by one; what came before them is told by kind. */
const LAST_RELEASES = 500;
/** Where the charging accountant is not the exact curve, each point is a composition of its own. */
const PROJECTION_POINTS = { gaussian: 48, rdp: 48, pld: 8 } as const;

export type AccountTerms = {
  /** What the ledger charges by; null without a guarantee. */
  readonly accountant: AccountantName | null;
  /** What one unit is, in words. */
  readonly covers: string;
  /** What a round releases at the present noise. */
  readonly next: ReleaseEvent;
};

/**
 * What a node has spent of its privacy budget and what is left, for its HTTP interface. It holds what the releases
 * themselves say, and neither the ledger's keys nor anything of the data.
 *
 * @param history the ledger's entries; read from it unless given.
 * @throws BallastError `LEDGER_UNKNOWN`, `PRIVACY_EVENT_UNSUPPORTED`, `PRIVACY_POLICY_MISMATCH`.
 */
export function privacyAccount(
  ledger: Pick<PrivacyLedger, 'history' | 'policy' | 'projection' | 'spent'>,
  { accountant, covers, next }: AccountTerms,
  history: readonly LedgerEntry[] = ledger.history(),
): PrivacyAccountJson {
  const { unit, relation, delta, epsilonBudget } = ledger.policy;
  const isCovered = unit !== 'none';
  const { epsilon, releases: sums } = ledger.spent();
  const last = history.slice(-LAST_RELEASES);
  const earlier = history.slice(0, history.length - last.length);
  const kinds = tally([...history, { event: next }]);
  const place = placesOf(kinds);
  const { roundsLeft } = ledger.projection({ event: next });
  return {
    unit,
    relation,
    delta,
    covers,
    accountant,
    assumption: trustAssumption(unit),
    budget: isCovered ? epsilonBudget : null,
    state: isCovered ? (roundsLeft === 0 ? 'spent' : 'open') : 'no-guarantee',
    spent: { epsilon: finite(epsilon), releases: history.length, sums },
    remaining: isCovered ? Math.max(0, epsilonBudget - epsilon) : null,
    roundsLeft: finite(roundsLeft),
    events: kinds.map(({ event }) => ({ words: releaseWords(event), event })),
    earlier: tally(earlier).map(({ event, times }) => ({ event: place(event), times })),
    rounds: last.map(({ key, event, epsilonAfter }) => ({
      round: roundOfKey(key),
      event: place(event),
      epsilon: finite(epsilonAfter),
    })),
    next: {
      event: place(next),
      projection:
        accountant === null ? [] : projected(ledger, next, roundsLeft, PROJECTION_POINTS[accountant]),
    },
  };
}

function placesOf(kinds: readonly Tally[]): (event: ReleaseEvent) => number {
  const places = new Map(kinds.map(({ event }, i) => [kindOf(event), i]));
  return (event) => places.get(kindOf(event)) ?? 0;
}

/** ε after some of the next rounds, the last that the budget bears among them. */
function projected(
  ledger: Pick<PrivacyLedger, 'projection'>,
  event: ReleaseEvent,
  roundsLeft: number,
  points: number,
): PrivacyAccountJson['next']['projection'] {
  const count = Math.min(points, roundsLeft);
  return Array.from({ length: count }, (_, i) => {
    const rounds = Math.ceil(((i + 1) * roundsLeft) / count);
    return { rounds, epsilon: ledger.projection({ event, rounds }).epsilonAfter };
  });
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

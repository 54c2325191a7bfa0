import { type Digest, domainHash, fromHex, toHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { beaconDraws } from '../beacon-draws.ts';
import { compareText } from '../compare.ts';
import { capacity, importanceScore, type SelectionCandidate } from './score.ts';
import type { SelectionOptions, SelectionStrategy } from './strategy.ts';

/** As many as a roster has at most. */
export const MAX_CANDIDATES = 4_096;
const MILLION = 1_000_000;

export type Selection = {
  /** Who trains, in ascending order of node id. */
  readonly nodes: readonly NodeId[];
  /** Of so many active nodes: those with a weight. */
  readonly active: number;
  /** The share that really trains: `min` may make it larger than the one asked for. 0 where nobody is active. */
  readonly rate: number;
};

/** m = min(active, max(min, ⌊share · active⌋)), the share read to a millionth. */
export function selectionCount(active: number, { share, min }: Omit<SelectionOptions, 'strategy'>): number {
  const asked = Math.floor((Math.round(share * MILLION) * active) / MILLION);
  return Math.min(active, Math.max(min, asked));
}

/**
 * Who trains in a round. It follows from the beacon and from what the log proves, so every node finds the same, and
 * nobody can add a friend. Nodes without weight (quarantined) are never selected.
 *
 * @param candidates in any order, each node once.
 * @throws BallastError `SELECTION_OPTION` for a share outside (0, 1] or a min that is no count; `SELECTION_CANDIDATES`
 *   for more than {@link MAX_CANDIDATES}, or one twice.
 */
export function selectParticipants(
  beacon: Digest,
  candidates: readonly SelectionCandidate[],
  options: SelectionOptions,
): Selection {
  requireOptions(options);
  if (
    candidates.length > MAX_CANDIDATES ||
    new Set(candidates.map(({ node }) => node)).size < candidates.length
  ) {
    throw new BallastError(
      'SELECTION_CANDIDATES',
      `selection: got ${candidates.length} candidates, expected at most ${MAX_CANDIDATES}, each once`,
      { metadata: { candidates: candidates.length } },
    );
  }
  const active = candidates.filter(({ history }) => importanceScore(history) > 0);
  const count = selectionCount(active.length, options);
  const selected = count === active.length ? active : ORDERS[options.strategy](beacon, active, count);
  return {
    nodes: selected
      .slice(0, count)
      .map(({ node }) => node)
      .sort(compareText),
    active: active.length,
    rate: active.length === 0 ? 0 : count / active.length,
  };
}

/** The best-placed first; at least `count` of them. */
type Order = (
  beacon: Digest,
  candidates: readonly SelectionCandidate[],
  count: number,
) => readonly SelectionCandidate[];

const ORDERS: Readonly<Record<SelectionStrategy, Order>> = {
  uniform: byHash,
  'round-robin': leastUsed,
  importance: byScore,
  'resource-aware': (beacon, candidates, count) => {
    const able = candidates.filter(({ history }) => capacity(history) >= 500);
    const others = candidates.filter(({ history }) => capacity(history) < 500);
    return [...leastUsed(beacon, able, count), ...byHash(beacon, others)];
  },
};

/** Ascending hash of beacon and node id: a uniform order that no node can choose its place in. */
function byHash(beacon: Digest, candidates: readonly SelectionCandidate[]): SelectionCandidate[] {
  const seed = fromHex(beacon);
  const placeOf = (node: NodeId) =>
    toHex(domainHash('ballast/selection/1', seed, new TextEncoder().encode(node)));
  return candidates
    .map((candidate) => ({ candidate, place: placeOf(candidate.node) }))
    .sort((a, b) => compareText(a.place, b.place))
    .map(({ candidate }) => candidate);
}

/** Of the places of a round, so many at most go to nodes that were never asked, while others wait. */
const NEW_SHARE = 4;

/**
 * Ascending share of its rounds in which a node was asked, one asking and one round counted before the first; ties by
 * the hash. Of those never asked one in four places is theirs: each comes to its turn, and fresh names, however many,
 * displace no more than that. Once asked, a node is at the end of the queue.
 */
function leastUsed(
  beacon: Digest,
  candidates: readonly SelectionCandidate[],
  count: number,
): SelectionCandidate[] {
  const shuffled = byHash(beacon, candidates);
  const fresh = shuffled.filter(({ history }) => history.rounds === 0);
  const known = shuffled
    .filter(({ history }) => history.rounds > 0)
    .sort(
      ({ history: a }, { history: b }) => (a.asked + 1) * (b.rounds + 1) - (b.asked + 1) * (a.rounds + 1),
    );
  const places = Math.ceil(count / NEW_SHARE);
  return [...fresh.slice(0, places), ...known, ...fresh.slice(places)];
}

/**
 * Successive sampling without replacement: each draw takes one of those left with a probability in proportion to its
 * score, in integers. Active nodes have a score, so there are always enough.
 */
function byScore(
  beacon: Digest,
  candidates: readonly SelectionCandidate[],
  count: number,
): SelectionCandidate[] {
  const draws = beaconDraws('ballast/selection/importance/1', beacon);
  const left = [...candidates]
    .sort((a, b) => compareText(a.node, b.node))
    .map((candidate) => ({ candidate, score: importanceScore(candidate.history) }));
  let total = left.reduce((sum, { score }) => sum + score, 0);
  const taken: SelectionCandidate[] = [];
  while (taken.length < count && total > 0) {
    let ticket = draws.below(total);
    const place = left.findIndex(({ score }) => {
      ticket -= score;
      return ticket < 0;
    });
    const [drawn] = left.splice(place, 1);
    if (drawn === undefined) break;
    total -= drawn.score;
    taken.push(drawn.candidate);
  }
  return taken;
}

function requireOptions({ share, min }: SelectionOptions): void {
  if (share > 0 && share <= 1 && Number.isSafeInteger(min) && min >= 0) return;
  throw new BallastError(
    'SELECTION_OPTION',
    `selection: got a share of ${share} and a minimum of ${min}, expected a share in (0, 1] and a count`,
    { metadata: { share, min } },
  );
}

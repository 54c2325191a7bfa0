import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Availability } from '../seal.ts';
import { askedToTrain } from '../selection/asked.ts';
import type { StandingTable } from '../standing/index.ts';
import type { RoundContext, RoundState } from './types.ts';

/** The fate of an update whose node the beacon did not ask. */
const NOT_SELECTED = 'UPDATE_NOT_SELECTED';

/** What it depends on, beside beacon and standing. */
type Terms = Pick<RoundContext, 'committee' | 'roster' | 'parameters'>;

/** Whom a round's beacon asks to train; undefined where the network selects nobody and all may. */
export function askedOf(
  { committee, roster, parameters }: Terms,
  beacon: Digest,
  standing: StandingTable,
): ReadonlySet<NodeId> | undefined {
  const { selection } = parameters;
  return askedToTrain({ selection, roster: roster.nodes, epoch: committee.epoch }, beacon, standing);
}

/**
 * The same for the round in progress.
 *
 * @returns `all` where everybody may train, undefined while beacon or standing are not known.
 */
export function askedNow(context: RoundContext, state: RoundState): ReadonlySet<NodeId> | 'all' | undefined {
  if (context.parameters.selection === undefined) return 'all';
  const { beacon, standing } = state;
  if (beacon === undefined || standing === undefined) return undefined;
  return askedOf(context, beacon, standing) ?? 'all';
}

/** Updates of nodes that were not asked drop out; that is nobody's fault. */
export function ofThoseAsked(
  { accepted, dropped }: Availability,
  asked: ReadonlySet<NodeId> | undefined,
): Availability {
  if (asked === undefined) return { accepted, dropped };
  const uncalled = [...accepted, ...dropped].filter(({ node }) => !asked.has(node));
  return {
    accepted: accepted.filter(({ node }) => asked.has(node)),
    dropped: [
      ...dropped.filter(({ node }) => asked.has(node)),
      ...uncalled.map(({ node }) => ({ node, code: NOT_SELECTED })),
    ],
  };
}

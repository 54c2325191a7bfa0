import type { Digest } from '../../protocol/digest.ts';
import { type Epoch, epochDigest } from '../committee-record.ts';
import { isLastOfEpoch } from '../next-epoch.ts';
import type { Turn } from './turn.ts';
import type { RoundContext, RoundState } from './types.ts';

/** In the last round of an epoch, once beacon and standing are known: asks who takes part in the next. */
export function drawEpoch(turn: Turn): void {
  const { context, state } = turn;
  const { beacon, standing, round, head, draw } = state;
  if (beacon === undefined || standing === undefined || draw?.beacon === beacon) return;
  if (!isLastOfEpoch(context.parameters, round)) return;
  const current = { committee: context.committee, roster: context.roster };
  turn.change({ draw: { beacon, epoch: undefined } });
  turn.emit({ type: 'draw-epoch', round, beacon, height: head.nextBeaconHeight, current, standing });
}

export function onDrawn(turn: Turn, beacon: Digest, epoch: Epoch): void {
  if (turn.state.draw?.beacon === beacon) turn.change({ draw: { beacon, epoch } });
}

/** Whether everything is known of the entry but what the updates make of it. */
export function knowsNextEpoch(context: RoundContext, state: RoundState): boolean {
  return !isLastOfEpoch(context.parameters, state.round) || drawnEpoch(state) !== undefined;
}

/** What the round's entry says of the next epoch. */
export function nextCommitteeOf(context: RoundContext, state: RoundState): Digest | null {
  const epoch = isLastOfEpoch(context.parameters, state.round) ? drawnEpoch(state) : undefined;
  return epoch === undefined ? null : epochDigest(epoch);
}

function drawnEpoch({ draw, beacon }: RoundState): Epoch | undefined {
  return draw !== undefined && draw.beacon === beacon ? draw.epoch : undefined;
}

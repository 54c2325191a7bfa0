import type { Collaborators, EpochOptions } from './collaborators.ts';
import { nodesOf } from './committee.ts';
import type { RoundEffect, RoundEvent } from './round/types.ts';
import { drawEpoch } from './sync/draw-epoch.ts';
import { obtainEpoch } from './sync/epoch-fetch.ts';
import { obtainRoll } from './sync/roll-fetch.ts';

type Question = Extract<RoundEffect, { type: 'draw-epoch' | 'fetch-epoch' | 'fetch-roll' }>;

/**
 * What an entry names and does not carry: its roll, and in the last round of an epoch who takes part in the next.
 *
 * @returns undefined when the round is over in another way, as the signal says.
 */
export async function lookUp(
  question: Question,
  parts: { readonly options: EpochOptions; readonly collaborators: Collaborators },
  signal: AbortSignal,
): Promise<RoundEvent | undefined> {
  const { options, collaborators } = parts;
  const { committee } = options;
  if (question.type === 'draw-epoch') {
    const epoch = await drawEpoch(parts, question, signal);
    const { round, beacon } = question;
    return epoch && { type: 'epoch-drawn', round, beacon, epoch };
  }
  const { certificate } = question;
  if (question.type === 'fetch-epoch') {
    const number = certificate.entry.epoch + 1;
    const epoch = await obtainEpoch(question.digest, number, nodesOf(committee), collaborators, signal);
    return epoch && { type: 'epoch', certificate, epoch };
  }
  const roll = await obtainRoll(certificate, committee, collaborators, signal);
  return roll && { type: 'roll', certificate, roll };
}

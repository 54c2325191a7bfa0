import { badSignature } from './bad-signature.ts';
import type { Behaviour, BehaviourHost } from './behaviour.ts';
import { censoring } from './censoring.ts';
import { equivocatingLeader } from './equivocating-leader.ts';
import { equivocatingVoter } from './equivocating-voter.ts';
import { falseLock } from './false-lock.ts';
import { fewReports } from './few-reports.ts';
import { flooding } from './flooding.ts';
import { forgingLeader } from './forging-leader.ts';
import { garbage } from './garbage.ts';
import { lockBreaking } from './lock-breaking.ts';
import { replaying } from './replaying.ts';
import { silent } from './silent.ts';
import { slow } from './slow.ts';
import { usurping } from './usurping.ts';
import { withholding } from './withholding.ts';

/** Every way of being Byzantine that a schedule can name. */
const BEHAVIOURS = {
  'bad-signature': badSignature,
  censoring,
  'equivocating-leader': equivocatingLeader,
  'equivocating-voter': equivocatingVoter,
  'false-lock': falseLock,
  'few-reports': fewReports,
  flooding,
  'forging-leader': forgingLeader,
  garbage,
  'lock-breaking': lockBreaking,
  replaying,
  silent,
  slow,
  usurping,
  withholding,
} as const satisfies Record<string, (host: BehaviourHost) => Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;
export const BEHAVIOUR_NAMES = Object.keys(BEHAVIOURS) as readonly BehaviourName[];

export function createBehaviour(name: BehaviourName, host: BehaviourHost): Behaviour {
  return BEHAVIOURS[name](host);
}

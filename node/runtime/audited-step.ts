import type { AuditedStep } from '../../coordinator/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { DataClock } from '../data/index.ts';
import type { StabilityModel } from '../models/index.ts';
import { auditedSteps, type PublicRows } from '../training/index.ts';
import { localTrainingOptions } from './round-trainer.ts';

/**
 * The audited step of each round of a network: on the public rows that the round may see, at the network's learning
 * rate and bound.
 */
export function auditedStepOf(
  parameters: NetworkParameters,
  model: StabilityModel,
  rows: PublicRows,
  clock: Pick<DataClock, 'training'>,
): (round: number) => AuditedStep {
  const steps = auditedSteps(model, rows, localTrainingOptions(parameters));
  return (round) => steps(clock.training(round));
}

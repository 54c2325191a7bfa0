import { digestOf, fromHex } from '../../../protocol/digest.ts';
import type { AuditedStep } from '../trajectory.ts';

/** A toy of a training step: weights shrink and are pushed by what the seed says. Exact, and cheap. */
export const toyStep: AuditedStep = (weights, seed, index) => {
  const push = fromHex(digestOf('test/step', { seed, index }));
  return weights.map((weight, i) => weight * 0.5 + ((push[i % 32] ?? 0) - 127.5) / 256);
};

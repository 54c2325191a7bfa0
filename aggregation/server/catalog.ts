import { fedAdagrad } from './fedadagrad.ts';
import { fedAdam } from './fedadam.ts';
import { fedAvgM } from './fedavgm.ts';
import { fedYogi } from './fedyogi.ts';
import { scaffold } from './scaffold.ts';
import type { ServerStepEntry } from './server-step.ts';

/** Steps after a rule. */
export const SERVER_STEPS = {
  fedavgm: {
    summary: 'momentum over the aggregates of earlier rounds',
    options: ['lr', 'beta1'],
    create: fedAvgM,
  },
  fedadagrad: {
    summary: 'each coordinate at a rate that falls with all it moved so far',
    options: ['lr', 'beta1', 'tau'],
    create: fedAdagrad,
  },
  fedadam: {
    summary: 'momentum, each coordinate at a rate that falls with what it moved lately',
    options: ['lr', 'beta1', 'beta2', 'tau'],
    create: fedAdam,
  },
  fedyogi: {
    summary: 'as fedadam, but no rate rises suddenly',
    options: ['lr', 'beta1', 'beta2', 'tau'],
    create: fedYogi,
  },
  scaffold: {
    summary: 'rows [Δy; Δc]: moves the weights by one half and the control variate by the other',
    options: ['lr', 'clients'],
    create: scaffold,
  },
} as const satisfies Record<string, ServerStepEntry>;

import { z } from 'zod';
import type { ReleaseEvent } from '../../../privacy/index.ts';
import { count, privacyGuarantee } from './common.ts';

const epsilon = z.number().nonnegative().nullable();

/** The privacy ledger of this node: nothing in it that its releases do not say already. */
export const privacyAccount = privacyGuarantee
  .omit({ epsilon: true })
  .extend({
    covers: z.string().meta({ description: 'what one unit is' }),
    budget: epsilon.meta({
      description: 'epsilon at which the node releases nothing more; null: no guarantee',
    }),
    state: z.enum(['open', 'spent', 'no-guarantee']).meta({
      description: 'spent: another round would pass the budget; the node validates and releases nothing',
    }),
    spent: z.strictObject({
      epsilon: epsilon.meta({ description: 'null: no guarantee' }),
      releases: count.meta({ description: 'entries of the ledger' }),
      sums: count.meta({ description: 'noisy sums in them' }),
    }),
    remaining: epsilon,
    roundsLeft: count
      .nullable()
      .meta({ description: 'rounds that the budget bears at the present noise; null: no limit' }),
    events: z
      .array(
        z.strictObject({
          words: z.string(),
          event: z
            .custom<ReleaseEvent>((value) => typeof value === 'object' && value !== null)
            .meta({ description: 'what one release is: mechanism, noise, number of sums' }),
        }),
      )
      .meta({ description: 'the kinds of releases that `earlier`, `rounds` and `next` name by their place' }),
    earlier: z
      .array(z.strictObject({ event: count, times: count.min(1) }))
      .meta({ description: 'releases before the first of `rounds`' }),
    rounds: z
      .array(
        z.strictObject({
          round: count.nullable().meta({ description: 'null for a release beside the rounds' }),
          event: count,
          epsilon: epsilon.meta({ description: 'spent after it' }),
        }),
      )
      .meta({ description: 'the last releases, in order' }),
    next: z.strictObject({
      event: count.meta({ description: 'what a round releases now' }),
      projection: z
        .array(z.strictObject({ rounds: count.min(1), epsilon: z.number().nonnegative() }))
        .meta({ description: 'epsilon after so many more rounds, up to `roundsLeft`' }),
    }),
  })
  .meta({ description: 'what this node has spent of its privacy budget, and what is left' });

export type PrivacyAccountJson = z.infer<typeof privacyAccount>;

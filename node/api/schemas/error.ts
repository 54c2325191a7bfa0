import { z } from 'zod';

/** What every answer that is no success carries. */
export const errorEnvelope = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    message: z.string(),
    hint: z.string().optional(),
    requestId: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  }),
});

export type ErrorEnvelope = z.infer<typeof errorEnvelope>;

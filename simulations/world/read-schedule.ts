import * as z from 'zod';
import { UsageError } from '../../protocol/errors.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { BEHAVIOUR_NAMES } from './behaviours/registry.ts';
import type { Schedule } from './fault.ts';

const MAX_NODES = 40;
const MAX_FAULTS = 256;
/** A day. */
const MAX_MS = 86_400_000;

const node = z
  .int()
  .min(0)
  .max(MAX_NODES - 1);
const ms = z.number().min(0).max(MAX_MS);
const share = z.number().min(0).max(1);
const span = { atMs: ms, forMs: ms };

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('partition'), ...span, groups: z.array(z.array(node)).max(MAX_NODES) }),
  z.strictObject({ kind: z.literal('loss'), ...span, share }),
  z.strictObject({ kind: z.literal('delay'), ...span, mostMs: ms }),
  z.strictObject({ kind: z.literal('duplication'), ...span, share }),
  z.strictObject({ kind: z.literal('burst'), ...span }),
  z.strictObject({ kind: z.literal('crash'), node, ...span }),
  z.strictObject({ kind: z.literal('amnesia'), node }),
  z.strictObject({
    kind: z.literal('clock'),
    node,
    offsetMs: z.number().min(-MAX_MS).max(MAX_MS),
    drift: z.number().min(-0.5).max(0.5),
  }),
  z.strictObject({ kind: z.literal('sign-flip'), node }),
  z.strictObject({
    kind: z.literal('byzantine'),
    node,
    behaviour: z.enum(BEHAVIOUR_NAMES),
    victim: node,
  }),
]);

const schedule = z.strictObject({
  seed: z.int().nonnegative(),
  nodes: z.int().min(1).max(MAX_NODES),
  rounds: z.int().min(1).max(1_000),
  acceptance: share,
  syncMs: ms,
  faults: z.array(fault).max(MAX_FAULTS),
});

/** @throws UsageError `SCHEDULE_INVALID`, naming the field and what was expected. */
export function readSchedule(text: string): Schedule {
  const parsed = schedule.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const { field, expectation } = firstIssue(parsed.error);
  throw new UsageError('SCHEDULE_INVALID', `schedule: ${field}: ${expectation}`, { metadata: { field } });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('SCHEDULE_INVALID', 'schedule: got what is no JSON', { cause });
  }
}

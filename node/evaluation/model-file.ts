import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UsageError } from '../../protocol/errors.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import type { TrainedModel } from './default-model.ts';

/** The largest model file that is read. */
export const MAX_MODEL_BYTES = 4 << 20;

const schema = z.strictObject({ model: z.unknown(), weights: z.array(z.number()).min(1).max(100_000) });

/**
 * A model as a file: `{ "model": <the network document's model>, "weights": [ … ] }`.
 *
 * @throws UsageError `MODEL_FILE`, or `MODEL_SPEC` from the description.
 */
export async function readModelFile(path: string): Promise<TrainedModel> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refused(path, 'nothing', 'a readable file', cause);
  });
  if (bytes.length > MAX_MODEL_BYTES) {
    throw refused(path, `${bytes.length} bytes`, `at most ${MAX_MODEL_BYTES}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw refused(path, 'something else', 'JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw refused(path, `another ${field}`, expectation);
  }
  const model = createModel(parseModelSpec(parsed.data.model));
  if (parsed.data.weights.length !== model.size) {
    throw refused(path, `${parsed.data.weights.length} weights`, `${model.size}, as the model has`);
  }
  return { model, weights: Float64Array.from(parsed.data.weights) };
}

function refused(path: string, got: string, expected: string, cause?: unknown): UsageError {
  return new UsageError('MODEL_FILE', `${path}: got ${got}, expected ${expected}`, {
    metadata: { path },
    hint: 'a model file is {"model": the model of network.json, "weights": [numbers]}',
    ...(cause === undefined ? {} : { cause }),
  });
}

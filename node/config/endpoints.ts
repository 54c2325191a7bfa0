import { UsageError } from '../../protocol/errors.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { endpointsSchema } from '../runtime/runtime-config.ts';

/**
 * Endpoints that were given beside a configuration, on the command line or in the environment.
 *
 * @param from names where they were given, in errors.
 * @throws UsageError `CONFIG_FIELD` unless they are 1 to 8 different URLs.
 */
export function parseEndpoints(given: readonly string[], from: string): readonly string[] {
  const parsed = endpointsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { expectation } = firstIssue(parsed.error);
  throw new UsageError('CONFIG_FIELD', `${from}: ${expectation}`, { metadata: { field: from } });
}

import { basename } from 'node:path';
import { readModelFile } from '../evaluation/model-file.ts';
import { candidateOf, type ShadowCandidate, versionNamed } from './shadow-candidate.ts';

/**
 * What a configuration's `shadow` names: a file is read at the start, so that a mistake in it is told then; a version,
 * as `version:N`, when the log is there.
 *
 * @throws what `readModelFile` throws.
 */
export async function configuredCandidate(
  shadow: string | undefined,
): Promise<ShadowCandidate | string | undefined> {
  if (shadow === undefined || versionNamed(shadow) !== undefined) return shadow;
  return candidateOf(basename(shadow), await readModelFile(shadow));
}

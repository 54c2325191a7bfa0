import type { RoundEntry } from '../protocol/messages.ts';
import type { ParticipantOptions } from './collaborators.ts';
import type { RoundLog } from './log.ts';

/** What a certified version consists of. */
export type NamedVersion = Pick<RoundEntry, 'modelDigest' | 'stateDigest' | 'privacy'>;

/** What a certified version consists of, by the log; undefined for one that it does not have. */
export async function findVersion(
  version: number,
  log: Pick<RoundLog, 'roundOf' | 'get'>,
  { genesis, parameters }: Pick<ParticipantOptions, 'genesis' | 'parameters'>,
): Promise<NamedVersion | undefined> {
  if (version === 0) {
    const { unit, relation, delta } = parameters.privacy;
    return { ...genesis, privacy: { unit, relation, delta, epsilon: 0 } };
  }
  const round = await log.roundOf(version);
  return round === undefined ? undefined : (await log.get(round))?.entry;
}

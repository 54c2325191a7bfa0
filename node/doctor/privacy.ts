import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { NodeConfig } from '../config/index.ts';
import { readPrivacyAccount } from '../privacy/index.ts';
import { attempt } from './attempt.ts';
import { type Finding, ok, problem, skipped } from './finding.ts';

/** What is left of the node's privacy budget; a node that runs tells it by `ballast privacy`. */
export async function checkBudget(
  { dataDir, privacy }: Pick<NodeConfig, 'dataDir' | 'privacy'>,
  document: NetworkDocument,
  heldBy: number | undefined,
): Promise<Finding> {
  if (!existsSync(join(dataDir, 'db'))) return ok('privacy', 'nothing is spent yet');
  if (heldBy !== undefined) return skipped('privacy', 'the node runs: ballast privacy asks it');
  const place = { dataDir, document, epsilonBudget: privacy?.epsilonBudget, url: undefined };
  const read = await attempt('privacy', () => readPrivacyAccount(place));
  if ('failure' in read) return read.failure;
  const { state, spent, budget, roundsLeft } = read.value;
  if (state === 'no-guarantee') return ok('privacy', 'the network gives no guarantee');
  const text = `ε = ${spent.epsilon?.toFixed(3) ?? 'unknown'} of ${budget ?? 'no budget'} is spent`;
  if (state === 'open') return ok('privacy', `${text}, ${roundsLeft ?? 'any'} rounds are left`);
  return problem(
    'privacy',
    `${text}: the node votes, and trains no more`,
    'the budget never comes back; ballast privacy --rounds N says what a network with more noise would take',
  );
}

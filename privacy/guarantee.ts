import type { NetworkParameters } from '../protocol/network.ts';
import type { PrivacyStatement } from '../protocol/round-entry.ts';
import type { AccountantName } from './accountants/accountant.ts';
import type { PrivacyUnit } from './events.ts';

/** A privacy statement with what it rests on: how its ε was counted, and who has to be honest. */
export type PrivacyGuarantee = PrivacyStatement & {
  /** What a node's ledger charges by in this network; null without a guarantee. */
  readonly accountant: AccountantName | null;
  readonly assumption: string;
};

const ASSUMPTIONS: Readonly<Record<PrivacyUnit, string>> = {
  record:
    'the node that holds the records is trusted to clip, add noise and keep its ledger; nobody who sees its updates is',
  node: 'nobody is trusted: every node covers its whole update before it leaves',
  none: 'everyone who sees an update is trusted: it leaves without noise',
};

/** Who has to be honest for a guarantee to hold, in words. */
export function trustAssumption(unit: PrivacyUnit): string {
  return ASSUMPTIONS[unit];
}

/** What one unit is that a network's guarantee covers, in words. */
export function coveredUnit({ privacy: { unit, record } }: Pick<NetworkParameters, 'privacy'>): string {
  if (unit === 'none') return 'nobody';
  if (unit === 'node') return 'all data of the node';
  return record === undefined
    ? 'a day of examples of the node'
    : `a block of ${record.days} days of the node`;
}

/**
 * The accountant by which every ledger of a network charges; null without a guarantee. It follows from the document:
 * the exact curve for Gaussian sums over all records, RDP where records are drawn in secret, and PLD where they are
 * drawn under replace, for which RDP has no bound.
 */
export function accountantOf({
  privacy: { unit, relation },
  training: { samplingRate = 1 },
}: Pick<NetworkParameters, 'privacy' | 'training'>): AccountantName | null {
  if (unit === 'none') return null;
  if (unit === 'node' || samplingRate === 1) return 'gaussian';
  return relation === 'replace' ? 'pld' : 'rdp';
}

/** What a published version promises: the statement that was voted on, and what it rests on. */
export function guaranteeOf(
  statement: PrivacyStatement,
  parameters: Pick<NetworkParameters, 'privacy' | 'training'>,
): PrivacyGuarantee {
  const { unit, relation, epsilon, delta } = statement;
  const accountant = accountantOf(parameters);
  return { unit, relation, epsilon, delta, accountant, assumption: trustAssumption(unit) };
}

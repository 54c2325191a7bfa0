import { type Participant, participationOf, refusalText, tierWeight } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { OwnUpdateJson, StandingJson } from '../api/index.ts';

const FATES: Readonly<Record<string, string>> = {
  selected: 'it has weight in the candidate',
  accepted: 'valid and in time; the rule gave it no weight, which is no fault',
};

/** A node's standing after the last round. */
export function ownStanding(
  standing: Participant['state']['standing'],
  self: NodeId,
): StandingJson | undefined {
  const row = standing?.rows.get(self);
  if (standing === undefined || row === undefined) return undefined;
  const { tier, good, until, offered, accepted, selected } = row;
  const rate = participationOf(standing).find(({ node }) => node === self)?.rate ?? 0;
  return {
    tier,
    weight: tierWeight(tier, good),
    quarantinedUntil: tier === 'quarantined' ? until : null,
    offered,
    accepted,
    selected,
    rate,
  };
}

/** What became of a node's update in the last round, of which it has the roll or its own row. */
export async function ownUpdate({
  head,
  ownRow,
}: Pick<Participant, 'head'> & { readonly ownRow: Participant['ownRow'] }): Promise<
  OwnUpdateJson | undefined
> {
  const fate = head.round === 0 ? undefined : (await ownRow(head.round))?.fate;
  return fate === undefined
    ? undefined
    : { round: head.round, fate, meaning: FATES[fate] ?? refusalText(fate) };
}

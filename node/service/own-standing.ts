import { type Participant, participationOf, refusalText, tierWeight } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { StandingJson } from '../api/index.ts';

const FATES: Readonly<Record<string, string>> = {
  selected: 'it has weight in the candidate',
  accepted: 'valid and in time; the rule gave it no weight, which is no fault',
};

/** A node's standing after the last round, with what became of its update. */
export async function ownStanding(
  { state, head, roll }: Pick<Participant, 'state' | 'head'> & { readonly roll: Participant['roll'] },
  self: NodeId,
): Promise<StandingJson | undefined> {
  const { standing } = state;
  const row = standing?.rows.get(self);
  if (standing === undefined || row === undefined) return undefined;
  const { tier, good, until, offered, accepted, selected } = row;
  const rate = participationOf(standing).find(({ node }) => node === self)?.rate ?? 0;
  const last = head.round === 0 ? undefined : await roll(head.round);
  const fate = last?.find(({ node }) => node === self)?.fate;
  return {
    tier,
    weight: tierWeight(tier, good),
    quarantinedUntil: tier === 'quarantined' ? until : null,
    offered,
    accepted,
    selected,
    rate,
    update:
      fate === undefined ? null : { round: head.round, fate, meaning: FATES[fate] ?? refusalText(fate) },
  };
}

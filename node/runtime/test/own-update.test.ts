import { expect } from 'chai';
import type { Decided } from '../../../coordinator/index.ts';
import { Conditions } from '../conditions.ts';
import { tellOwnRow, tellOwnUpdate } from '../own-update.ts';

const SELF = 'self';
const decided = (fate: string | undefined, round = 7) =>
  ({
    certificate: { entry: { round } },
    roll: fate === undefined ? undefined : [{ node: SELF, digest: '', fate }],
  }) as unknown as Decided;

describe('what became of the own update', () => {
  const told: string[] = [];
  const conditions = new Conditions({ emit: ({ message }) => told.push(message), now: () => 1 });
  const tell = (fate: string | undefined) => tellOwnUpdate(decided(fate), SELF, conditions);

  it('is told with its code, its meaning and a remedy, and no longer once an update counts', () => {
    tell('UPDATE_NORM');
    expect(conditions.active.map(({ code }) => code)).to.deep.equal(['UPDATE_DROPPED']);
    expect(conditions.active[0]?.message).to.match(/^round 7: UPDATE_NORM: .+; .+$/);
    expect(conditions.faults).to.deep.equal([]);
    tell(undefined);
    expect(conditions.active).to.have.length(1);
    tell('accepted');
    expect(conditions.active).to.deep.equal([]);
  });

  it('is told where it was sent and is not on the roll', () => {
    tellOwnRow(8, undefined, conditions);
    expect(conditions.active[0]?.message).to.match(/^round 8: UPDATE_UNHEARD: .+; .+$/);
    tell('selected');
    expect(conditions.active).to.deep.equal([]);
  });
});

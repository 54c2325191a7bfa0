import { expect } from 'chai';
import { generateVenue } from '../../../node/data/index.ts';
import { buildExamples, computeFeatures, withMirror } from '../../../node/features/index.ts';
import { createAttack } from '../index.ts';

describe('attacks on the training side', () => {
  it('label flipping turns the labels of the peg round and nothing else', () => {
    const table = computeFeatures(generateVenue(1, 1, 60));
    const peg = withMirror(buildExamples(table, { from: -Infinity, to: Infinity }));
    const before = [...peg.y];
    const poisoned = createAttack('label-flip').poison?.({ peg: [peg] });
    expect([...(poisoned?.peg[0]?.y ?? [])]).to.deep.equal(before.map((y) => -y));
    expect([...peg.y]).to.deep.equal(before);
    expect({ ...poisoned?.peg[0], y: peg.y }).to.deep.equal(peg);
  });

  it('a lying weight claims more than it has for a flipped update', () => {
    const attack = createAttack('lying-weight', { boost: 2, claim: 50 });
    expect(attack.claim).to.equal(50);
    expect([...attack.craft({ own: Float64Array.of(1, -3) })]).to.deep.equal([-2, 6]);
    expect(createAttack('lying-weight').claim).to.equal(1000);
    expect(createAttack('sign-flip').claim).to.equal(undefined);
  });
});

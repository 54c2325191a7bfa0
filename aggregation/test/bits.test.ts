import { expect } from 'chai';
import { bitsOf } from './bits.ts';
import { composedSubjects } from './law-compositions.ts';
import { ruleSubjects } from './law-subjects.ts';
import known from './vectors/bits.json' with { type: 'json' };

// Another digest is another rule. Where that is meant, write-bits.ts writes the new ones.
describe('bits of the aggregation rules', () => {
  const expected = new Map(Object.entries<string>(known));
  const subjects = [...ruleSubjects(), ...composedSubjects()];

  for (const subject of subjects) {
    it(`${subject.name} gives the bits that it always gave`, () => {
      expect(bitsOf(subject)).to.equal(expected.get(subject.name));
    });
  }

  it('are known of these rules and no others', () => {
    expect([...expected.keys()]).to.have.members(subjects.map(({ name }) => name));
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { auditChallenges } from '../audit-challenges.ts';
import { groups } from '../groups.ts';
import { codeOf, digest, signerOf } from './support.ts';

const nodes = Array.from({ length: 53 }, (_, i) => signerOf(i).nodeId);
const terms = { audits: 6, steps: 40, challenged: 5 };

describe('groups', () => {
  it('divide the nodes, each group of the least size at least and one more at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 53 }), fc.integer({ min: 5, max: 9 }), (count, least) => {
        if (count < least) return;
        const divided = groups(digest(count), nodes.slice(0, count), least);
        expect(divided.flat().sort()).to.deep.equal(nodes.slice(0, count).sort());
        expect(divided.length).to.equal(Math.floor(count / least));
        const sizes = divided.map(({ length }) => length);
        expect(Math.min(...sizes)).to.be.at.least(least);
        expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
      }),
      { numRuns: 60, seed: 19 },
    );
  });

  it('follow from the beacon alone, and bring any two together about as often', () => {
    const some = nodes.slice(0, 10);
    expect(groups(digest('a'), [...some].reverse(), 5)).to.deep.equal(groups(digest('a'), some, 5));
    const partners = new Map<string, number>();
    const [first = ''] = some;
    for (let i = 0; i < 900; i++) {
      const own = groups(digest(i), some, 5).find((group) => group.includes(first)) ?? [];
      for (const node of own) if (node !== first) partners.set(node, (partners.get(node) ?? 0) + 1);
    }
    // Binomial(900, 4/9): mean 400, standard deviation 14.9; five of them either way.
    for (const node of some.slice(1)) expect(partners.get(node)).to.be.within(325, 475);
  });

  it('are never smaller than five', () => {
    expect(codeOf(() => groups(digest('a'), nodes, 4))).to.equal('GROUP_SIZE');
    expect(codeOf(() => groups(digest('a'), nodes.slice(0, 4), 5))).to.equal('GROUP_SIZE');
  });
});

describe('audit challenges', () => {
  it('name nodes once each, an auditor who is another, and distinct steps', () => {
    const auditors = nodes.slice(0, 7);
    const challenges = auditChallenges(digest('a'), nodes, auditors, terms);
    expect(challenges).to.deep.equal(auditChallenges(digest('a'), [...nodes].reverse(), auditors, terms));
    expect(new Set(challenges.map(({ node }) => node)).size).to.equal(6);
    for (const { node, auditor, steps } of challenges) {
      expect(auditors).to.include(auditor);
      expect(auditor).not.to.equal(node);
      expect(new Set(steps).size).to.equal(5);
      expect(steps).to.deep.equal([...steps].sort((a, b) => a - b));
      for (const step of steps) expect(step).to.be.within(0, 39);
    }
  });

  it('take everybody where there are fewer than asked for', () => {
    const few = nodes.slice(0, 3);
    expect(auditChallenges(digest('a'), few, few, terms).map(({ node }) => node)).to.have.members(few);
  });

  it('find a node that forges a share p with a probability of at least 1 − (1−p)^k', () => {
    const [node = '', auditor = ''] = nodes;
    const forged = 8;
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      const [challenge] = auditChallenges(digest(i), [node], [auditor], terms);
      if (challenge?.steps.some((step) => step < forged)) found += 1;
    }
    // 1 − C(32, 5)/C(40, 5) = 0.694 against 1 − 0.8^5 = 0.672; three standard deviations are 0.022.
    expect(found / 4000).to.be.within(0.672, 0.716);
  });

  it('refuse terms that mean nothing', () => {
    const [node = ''] = nodes;
    const refused = (change: Partial<typeof terms>, auditors = nodes) =>
      codeOf(() => auditChallenges(digest('a'), [node], auditors, { ...terms, ...change }));
    expect(refused({ challenged: 41 })).to.equal('AUDIT_OPTION');
    expect(refused({ audits: -1 })).to.equal('AUDIT_TERMS');
    expect(refused({ steps: 1.5 })).to.equal('AUDIT_OPTION');
    expect(refused({}, [node])).to.equal('AUDIT_TERMS');
  });
});

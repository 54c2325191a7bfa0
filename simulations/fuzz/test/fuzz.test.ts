import { expect } from 'chai';
import { BallastError } from '../../../protocol/errors.ts';
import { NO_COVERAGE } from '../coverage.ts';
import { fuzz } from '../fuzz.ts';
import { fuzzTargets } from '../run.ts';
import type { FuzzTarget } from '../target.ts';
import { fuzzWorlds } from '../world-fuzz.ts';

describe('fuzzing', () => {
  it('18,000 inputs crash no reader, are never taken for what they are not, and allocate within bounds', async () => {
    const targets = await fuzzTargets();
    const report = await fuzz(targets, { cases: 18_000, seed: 1 }, NO_COVERAGE);
    expect(report.findings.map(({ target, reason }) => `${target}: ${reason}`)).to.deep.equal([]);
    expect(report.cases).to.equal(18_000);
    // Each target takes what it begins with; but that no honest answer proves anything.
    for (const { name, corpus } of targets.filter(({ name }) => name !== 'failed-audit'))
      expect(report.taken.get(name)).to.be.at.least(corpus.length > 0 ? 1 : 0);
  }).timeout(120_000);

  it('2,000 messages by strangers and one member stop no round and certify nothing', async () => {
    const { findings, cases, refusals } = await fuzzWorlds({ cases: 2_000, seed: 1 });
    expect(findings).to.deep.equal([]);
    expect(cases).to.equal(2_000);
    expect(refusals.size).to.be.greaterThan(3);
  }).timeout(120_000);

  it('finds what gives way: an error of another kind, a wrong answer, and a length that is believed', async () => {
    const target = (name: string, feed: FuzzTarget['feed']): FuzzTarget => ({
      name,
      corpus: [Uint8Array.of(0x93, 1, 2, 3)],
      feed,
      allocation: 1 << 20,
    });
    const targets = [
      target('throws', (input) => {
        if (input.length > 4) throw new TypeError('a field that is not there');
        throw new BallastError('REFUSED', 'as it should be');
      }),
      target('answers', (input) => (input[0] === 0x93 && input[1] !== 1 ? 'took another' : undefined)),
      target('believes', (input) => {
        const list = input.length === 3 ? Array.from({ length: 1 << 16 }, (_, i) => ({ i })) : [];
        return list.length > 1 << 21 ? 'never' : undefined;
      }),
    ];
    const { findings } = await fuzz(targets, { cases: 600, seed: 1 }, NO_COVERAGE);
    expect(new Set(findings.map(({ target: name }) => name))).to.deep.equal(
      new Set(['throws', 'answers', 'believes']),
    );
    for (const { target: name, reason } of findings)
      if (name === 'believes') expect(reason).to.match(/^allocated \d+ bytes/);
  });
});

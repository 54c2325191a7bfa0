import { expect } from 'chai';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
import { seededRandom } from '../random.ts';
import { runScenario } from '../run-scenario.ts';
import type { ScheduleRun } from '../run-schedule.ts';
import { runPlan } from '../scenario.ts';

const certificatesOf = ({ report }: ScheduleRun) =>
  [...report.certificates.values()].flat().map((each) => digestOfBytes(encodeCanonical(each as Encodable)));

describe('a simulated run', () => {
  it('is replayed from its seed to the same bytes, and is another from another seed', async function () {
    this.timeout(120_000);
    for (const seed of [2, 8, 25]) {
      const options = { seed, nodes: 7, rounds: 2 };
      const [one, two] = [await runScenario(options), await runScenario(options)];
      const other = await runScenario({ ...options, seed: seed + 1000 });
      expect(two.digest).to.equal(one.digest);
      expect(certificatesOf(two)).to.deep.equal(certificatesOf(one));
      expect(two.report.elapsedMs).to.equal(one.report.elapsedMs);
      expect(other.digest).to.not.equal(one.digest);
      expect(certificatesOf(other)).to.not.include.members(certificatesOf(one).slice(0, 1));
    }
  });

  it('ends its round after the whole network stood still for longer than messages live', async function () {
    this.timeout(120_000);
    for (const atMs of [3_100, 4_000, 5_000]) {
      const night = await runPlan(
        { seed: 1, nodes: 7, rounds: 2, limitMs: 1_500_000 },
        {
          summary: `all nodes stop at ${atMs} ms, for twenty minutes`,
          misbehaviours: () => [{ kind: 'crash', atMs, downMs: 1_200_000 }],
          liars: new Set(),
          acceptance: 1,
          syncMs: 5,
        },
      );
      expect(night.violations).to.deep.equal([]);
      expect(night.report.elapsedMs).to.be.above(1_200_000);
    }
  });
});

describe('seeded random', () => {
  it('repeats, forks independently, and stays in range', () => {
    const draw = (seed: string) =>
      Array.from(
        { length: 20 },
        (
          (random) => () =>
            random.below(1000)
        )(seededRandom(seed)),
      );
    expect(draw('a')).to.deep.equal(draw('a'));
    expect(draw('a')).to.not.deep.equal(draw('b'));
    const random = seededRandom('a');
    const before = random.fork('x').bytes(8);
    random.bytes(100);
    expect(random.fork('x').bytes(8)).to.deep.equal(before);
    expect(random.fork('y').bytes(8)).to.not.deep.equal(before);
    const seen = new Set(Array.from({ length: 400 }, () => random.below(7)));
    expect([...seen].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < 100; i++) expect(random.uniform()).to.be.within(0, 1 - 2 ** -48);
  });

  it('gives the same bytes however they are asked for', () => {
    const [one, two] = [seededRandom('a'), seededRandom('a')];
    const pieces = [...one.bytes(5), ...one.bytes(40), ...one.bytes(0), ...one.bytes(3)];
    expect(pieces).to.deep.equal([...two.bytes(48)]);
  });
});

import { expect } from 'chai';
import { describeResult, runBlackout, runPlan, runScenario, type ScenarioResult } from '../world/scenario.ts';

const NODES = 7;
const ROUNDS = 2;

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

/** Runs every seed and tells of each that failed, with the command that replays it. */
async function expectSafe(
  seeds: readonly number[],
  run: (seed: number) => Promise<ScenarioResult>,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const seed of seeds) results.push(await run(seed));
  const failures = results.filter(({ violations }) => violations.length > 0).map(describeResult);
  expect(failures, failures.join('\n')).to.deep.equal([]);
  return results;
}

const isSplit = ({ report }: ScenarioResult) =>
  [...report.certificates.values()].some((certificates) => certificates.length > 1);

describe('safety and liveness of the round', () => {
  it('certifies one entry a round and goes on: 270 seeds of crash, bad leader, loss, delay and split verdicts', async function () {
    this.timeout(600_000);
    const results = await expectSafe(range(1, 270), (seed) =>
      runScenario({ seed, nodes: NODES, rounds: ROUNDS }),
    );
    const certificates = results.flatMap(({ report }) => [...report.certificates.values()].flat());
    const outcomes = new Set(certificates.map(({ entry }) => entry.outcome));
    expect([...outcomes]).to.include.members(['accepted', 'rejected']);
    expect(certificates.filter(({ view }) => view > 0)).to.have.length.above(30);
  });

  it('comes to the very same entry after the power failed everywhere: 30 seeds', async function () {
    this.timeout(180_000);
    const results = await expectSafe(range(1, 30), (seed) =>
      runBlackout({ seed, nodes: NODES, rounds: ROUNDS }),
    );
    const carried = results.filter(({ report }) => (report.certificates.get(1)?.[0]?.view ?? 0) > 0);
    expect(carried, 'a lock carried over a view change').to.have.length.above(15);
  });

  it('holds with twenty nodes, of which one flips the signs of its updates: 10 seeds', async function () {
    this.timeout(300_000);
    const results = await expectSafe(range(1, 10), (seed) => runScenario({ seed, nodes: 20, rounds: 1 }));
    for (const { plan, report } of results) {
      const candidates = report.decisions.flatMap(({ decided }) => decided.candidate ?? []);
      const liars = [...plan.liars].map((index) => report.nodes[index]?.nodeId);
      expect(candidates).to.have.length.above(0);
      for (const { selected } of candidates) expect(selected).to.not.include.members(liars);
    }
  });
});

describe('the safety test itself', () => {
  it('sees two certificates where disks lose votes and locks, and nobody asks what the others remember', async function () {
    this.timeout(180_000);
    const results: ScenarioResult[] = [];
    for (const seed of range(1, 5)) {
      results.push(await runBlackout({ seed, nodes: NODES, rounds: 1, amnesia: true, limitMs: 30_000 }));
    }
    for (const [i, result] of results.entries()) {
      expect(isSplit(result), describeResult(result)).to.equal(true);
      expect(result.report.contradictions).to.have.length.above(0);
      expect(describeResult(result)).to.include(`--from ${i + 1} --seeds 1 --nodes 7 --rounds 1`);
    }
  });

  it('sees two certificates where F+1 votes decide, with two members that equivocate', async function () {
    this.timeout(180_000);
    const plan = {
      summary: 'nodes 0 and 1 equivocate, gates accept 0.5',
      misbehaviours: (index: number) =>
        index < 2
          ? [{ kind: 'byzantine' as const, behaviour: 'equivocating-leader' as const, victim: 0 }]
          : [],
      liars: new Set<number>(),
      acceptance: 0.5,
      syncMs: 5,
    };
    for (const seed of range(1, 60)) {
      const options = { seed, nodes: NODES, rounds: ROUNDS, limitMs: 20_000 };
      const wrong = await runPlan({ ...options, quorum: 3 }, plan);
      if (!isSplit(wrong)) continue;
      const right = await runPlan(options, plan);
      expect(right.violations, describeResult(right)).to.deep.equal([]);
      return;
    }
    expect.fail('no seed of 60 shows what a quorum of F+1 breaks');
  });
});

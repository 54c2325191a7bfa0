import { expect } from 'chai';
import { runSeed, type SeedResult } from '../soak/run-seed.ts';
import { tellSeed } from '../soak/tell.ts';
import { drawSchedule, PLANS } from '../world/draw-schedule.ts';
import type { Fault, Schedule } from '../world/fault.ts';
import { runSchedule } from '../world/run-schedule.ts';

/** How many seeds of each size: 300 in all, fewer of those that cost most. */
const SEEDS = [
  [4, 81],
  [6, 81],
  [7, 72],
  [10, 45],
  [13, 21],
] as const;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Runs every seed and tells of each that failed, with the command that replays it. */
async function expectSafe(seeds: readonly number[], nodes: number): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  for (const seed of seeds) results.push(await runSeed({ seed, nodes }));
  const failures = results
    .filter(({ violations }) => violations.length > 0)
    .map((result) => tellSeed(result, ` --nodes ${nodes}`));
  expect(failures, failures.join('\n')).to.deep.equal([]);
  return results;
}

describe('safety and liveness of the round', () => {
  /** Blackouts after which a later view came to the first round's entry. */
  let carried = 0;
  for (const [i, [nodes, count]] of SEEDS.entries()) {
    it(`hold with ${nodes} nodes, of which a third is Byzantine, and links, disks and clocks that fail: ${count} seeds`, async function () {
      this.timeout(600_000);
      const results = await expectSafe(
        range(count).map((k) => 5 * k + i),
        nodes,
      );
      const outcomes = results.map(({ outcomes: told }) => told).join(' ');
      expect(outcomes).to.include('accepted').and.to.include('rejected');
      const laterViews = results.reduce((sum, result) => sum + result.laterViews, 0);
      expect(laterViews, 'rounds that a later leader ended').to.be.above(count / 8);
      carried += results.filter(
        ({ outcomes: told }, k) => PLANS[k % PLANS.length] === 'blackout' && /^1:\w+@[1-9]/.test(told),
      ).length;
    });
  }

  it('carry a lock from view to view after the power failed everywhere', () => {
    expect(carried).to.be.above(10);
  });

  it('hold with twenty nodes, of which one flips the signs of its updates: 3 seeds', async function () {
    this.timeout(300_000);
    for (const seed of range(3)) {
      const faults: Fault[] = [
        { kind: 'sign-flip', node: 3 },
        { kind: 'byzantine', node: 7, behaviour: 'equivocating-leader', victim: 1 },
        { kind: 'crash', node: 11, atMs: 3_000 + 400 * seed, forMs: 2_000 },
        { kind: 'loss', atMs: 0, forMs: 6_000, share: 0.05 },
      ];
      const { report, violations } = await runSchedule({ ...QUIET, seed, nodes: 20, faults });
      expect(violations).to.deep.equal([]);
      const candidates = report.decisions.flatMap(({ decided }) => decided.candidate ?? []);
      expect(candidates).to.have.length.above(0);
      for (const { selected } of candidates) expect(selected).to.not.include(report.nodes[3]?.nodeId);
    }
  });

  it('end a round after a node was alone for longer than any view lasts', async function () {
    this.timeout(120_000);
    const away = (node: number, atMs: number): Fault => ({
      kind: 'crash',
      node,
      atMs,
      forMs: 400_000 - atMs,
    });
    const { report, violations } = await runSchedule({
      ...QUIET,
      seed: 1,
      nodes: 4,
      faults: [
        { kind: 'byzantine', node: 0, behaviour: 'silent', victim: 1 },
        away(1, 6_300),
        away(2, 6_400),
      ],
    });
    expect(violations).to.deep.equal([]);
    expect(report.certificates.get(1)?.[0]?.view).to.be.at.most(2);
  });
});

/** One of four is silent, and another is away while the two that are left seal. */
const AWAY: readonly Schedule[] = [
  {
    seed: 6,
    nodes: 4,
    rounds: 1,
    acceptance: 1,
    syncMs: 40,
    faults: [
      { kind: 'byzantine', node: 1, behaviour: 'silent', victim: 0 },
      { kind: 'crash', node: 3, atMs: 5_446, forMs: 3_370 },
    ],
  },
  {
    seed: 222,
    nodes: 4,
    rounds: 1,
    acceptance: 1,
    syncMs: 4,
    faults: [
      { kind: 'byzantine', node: 3, behaviour: 'silent', victim: 2 },
      {
        kind: 'partition',
        atMs: 4_109,
        forMs: 4_116,
        groups: [
          [0, 2],
          [3, 1],
        ],
      },
      { kind: 'crash', node: 0, atMs: 5_989, forMs: 1_139 },
      { kind: 'crash', node: 0, atMs: 2_944, forMs: 1_869 },
    ],
  },
  {
    seed: 290,
    nodes: 4,
    rounds: 1,
    acceptance: 1,
    syncMs: 21,
    faults: [
      { kind: 'byzantine', node: 0, behaviour: 'silent', victim: 2 },
      { kind: 'crash', node: 1, atMs: 6_012, forMs: 3_504 },
    ],
  },
];

describe('a round whose only quorum needs a node that was away', () => {
  /** The update of the one that was away came before the others had sealed, or it did not. */
  const SEALED_BEFORE = new Map([
    [6, 3],
    [222, 2],
    [290, 3],
  ]);
  for (const schedule of AWAY)
    it(`waits for it to seal, and loses neither a view nor an update (seed ${schedule.seed})`, async () => {
      const { report, violations } = await runSchedule(schedule);
      expect(violations).to.deep.equal([]);
      const [first] = report.certificates.get(1) ?? [];
      expect(first?.view).to.be.at.most(1);
      expect(first?.entry.updates.accepted).to.equal(SEALED_BEFORE.get(schedule.seed));
    });
});

describe('a member that nobody serves the version it trains from', () => {
  it('asks again once the links are back (seed 8180)', async () => {
    const { violations } = await runSchedule({
      seed: 8180,
      nodes: 4,
      rounds: 1,
      acceptance: 1,
      syncMs: 2,
      faults: [
        { kind: 'byzantine', node: 0, behaviour: 'replaying', victim: 3 },
        { kind: 'loss', atMs: 5_543, forMs: 2_681, share: 0.05 },
        { kind: 'partition', atMs: 7_808, forMs: 1_151, groups: [[2], [3, 1, 0]] },
        { kind: 'partition', atMs: 3_352, forMs: 2_051, groups: [[3], [1, 2, 0]] },
      ],
    });
    expect(violations).to.deep.equal([]);
  });
});

const QUIET: Schedule = { seed: 1, nodes: 7, rounds: 1, acceptance: 1, syncMs: 5, faults: [] };

/** What looks like a fault of an honest node, and is none. */
const BLAMELESS: ReadonlyMap<string, Pick<Schedule, 'seed' | 'syncMs' | 'acceptance' | 'faults'>> = new Map([
  [
    'a lock with the prepare that a liar never sent',
    {
      seed: 115,
      syncMs: 33,
      acceptance: 1,
      faults: [
        { kind: 'byzantine', node: 1, behaviour: 'slow', victim: 3 },
        { kind: 'crash', node: 0, atMs: 7_663, forMs: 85 },
        { kind: 'crash', node: 2, atMs: 4_478, forMs: 3_132 },
      ],
    },
  ],
  [
    'the second story of a leader',
    {
      seed: 134,
      syncMs: 30,
      acceptance: 1,
      faults: [
        { kind: 'byzantine', node: 2, behaviour: 'usurping', victim: 1 },
        { kind: 'burst', atMs: 3_296, forMs: 2_000 },
        { kind: 'loss', atMs: 5_133, forMs: 1_033, share: 0.5 },
        { kind: 'crash', node: 3, atMs: 5_766, forMs: 1_912 },
      ],
    },
  ],
  [
    'a round that was on disk before the power went, and not told',
    {
      seed: 241,
      syncMs: 10,
      acceptance: 0.5,
      faults: [
        { kind: 'byzantine', node: 1, behaviour: 'equivocating-leader', victim: 2 },
        { kind: 'crash', node: 3, atMs: 3_036, forMs: 1_752 },
        { kind: 'crash', node: 0, atMs: 3_737, forMs: 1_788 },
        { kind: 'crash', node: 3, atMs: 7_114, forMs: 97 },
      ],
    },
  ],
]);

describe('the safety test itself', () => {
  for (const [name, schedule] of BLAMELESS)
    it(`blames nobody for ${name}`, async () => {
      const { violations } = await runSchedule({ ...schedule, nodes: 4, rounds: 1 });
      expect(violations).to.deep.equal([]);
    });

  it('sees what breaks where disks lose votes and locks, and nobody asks what the others remember', async function () {
    this.timeout(180_000);
    for (const seed of range(4)) {
      const blackout = await drawSchedule({ seed, nodes: 7, plan: 'blackout' });
      const amnesia = range(7).map((node): Fault => ({ kind: 'amnesia', node }));
      const { violations } = await runSchedule({ ...blackout, faults: [...blackout.faults, ...amnesia] });
      expect(violations.map(({ code }) => code)).to.include.oneOf(['LOCK_LOST', 'LOCK_HIDDEN', 'TWO_WORDS']);
    }
  });

  it('sees two certificates where F+1 votes decide, with two members that equivocate', async function () {
    this.timeout(180_000);
    const faults = (['equivocating-leader', 'equivocating-voter'] as const).map(
      (behaviour, node): Fault => ({ kind: 'byzantine', node, behaviour, victim: 6 }),
    );
    for (const seed of range(60)) {
      const schedule = { ...QUIET, seed, acceptance: 0.75, faults };
      const wrong = await runSchedule(schedule, { quorum: 3 });
      if (!wrong.violations.some(({ code }) => code === 'TWO_CERTIFICATES')) continue;
      expect((await runSchedule(schedule)).violations).to.deep.equal([]);
      return;
    }
    expect.fail('no seed of 60 shows what a quorum of F+1 breaks');
  });
});

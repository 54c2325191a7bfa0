import { expect } from 'chai';
import { simulationDocument } from '../document.ts';
import {
  type FederatedTask,
  prepareTask,
  SIMULATION_DEFAULTS,
  type SimulatedRound,
  type SimulationOptions,
  type SimulationResult,
  simulate,
  simulateCases,
} from '../index.ts';

const SMALL = {
  ...SIMULATION_DEFAULTS,
  nodes: 10,
  byzantine: 2,
  rounds: 2,
  seed: 3,
} as const satisfies SimulationOptions;

/** The same task with a few days a node: for what does not depend on how much is learnt. */
function light(task: FederatedTask, days = 40): FederatedTask {
  return {
    ...task,
    examples: async (node, round) => {
      const all = await task.examples(node, round);
      const rows = all.recordStart[days] ?? 0;
      return {
        horizon: all.horizon,
        ...{ records: days, rows, width: all.width, recordStart: all.recordStart.subarray(0, days + 1) },
        ...{ x: all.x.subarray(0, rows * all.width), y: all.y.subarray(0, rows) },
        ...{ scale: all.scale.subarray(0, rows), deviation: all.deviation.subarray(0, rows) },
        ...{ hour: all.hour.subarray(0, rows), flags: all.flags.subarray(0, rows) },
      };
    },
  };
}

const bytesOf = (result: SimulationResult): string => JSON.stringify(simulationDocument([result]));

async function refusal(options: SimulationOptions): Promise<{ code?: unknown; message: string }> {
  try {
    await simulate(options);
  } catch (error) {
    return error as { code?: unknown; message: string };
  }
  return { message: 'was not refused' };
}

describe('simulated federation', function () {
  this.timeout(120_000);
  let task: FederatedTask;
  before(async () => {
    task = await prepareTask(SMALL);
  });

  it('gives the same bytes for the same options, and others for another seed', async () => {
    const options = {
      ...SMALL,
      nodes: 5,
      byzantine: 1,
      attack: 'gaussian',
      rule: 'nnm+trimmed-mean+fedavgm',
    };
    const once = await simulate(options, { task: light(await prepareTask(options)) });
    const again = light(await prepareTask(options));
    expect(bytesOf(await simulate(options, { task: again }))).to.equal(bytesOf(once));
    const other = light(await prepareTask({ ...options, seed: 4 }));
    expect(bytesOf(await simulate({ ...options, seed: 4 }, { task: other }))).not.to.equal(bytesOf(once));
  });

  it('makes of several cases what it makes of each alone', async () => {
    const few = light(task);
    const cases = [
      { rule: 'multi-krum', attack: 'sign-flip' },
      { rule: 'median+fedavgm', attack: 'label-flip' },
      { rule: 'fedavg', attack: 'opt-alie' },
    ];
    const together = await simulateCases(SMALL, cases, { task: few });
    for (const [i, one] of cases.entries()) {
      const alone = await simulate({ ...SMALL, ...one }, { task: few });
      expect(together[i], `${one.rule} ${one.attack}`).to.deep.equal(alone);
    }
  });

  it('shows what a liar costs and what a rule saves: loud liars ruin the mean and nothing else', async () => {
    const lied = { attack: 'sign-flip', attackOptions: { boost: 10 } };
    const rules = ['fedavg', 'multi-krum', 'nnm+trimmed-mean'];
    const [mean, krum, mixed] = await simulateCases(
      { ...SMALL, normCheck: false },
      rules.map((rule) => ({ rule, ...lied })),
      { task },
    );
    expect(mean?.summary.gainKept).to.be.below(-1);
    expect(krum?.summary.gainKept).to.be.within(0.95, 1.05);
    expect(mixed?.summary.gainKept).to.be.within(0.95, 1.05);
    expect(krum?.summary.detection).to.deep.equal({
      liarsLeftOut: 4,
      honestLeftOut: 0,
      precision: 1,
      recall: 1,
    });
    expect(mean?.rounds[0]?.deviation).to.be.above(10 * (mixed?.rounds[0]?.deviation ?? Infinity));
  });

  it('bounds the same liars by the norm check: the mean learns, but less', async () => {
    const lied = { rule: 'fedavg', attack: 'sign-flip', attackOptions: { boost: 10 } };
    const { summary } = await simulate({ ...SMALL, ...lied }, { task });
    expect(summary.gainKept).to.be.within(0.3, 0.9);
  });

  it('loses nothing where nobody lies', async () => {
    const { summary, rounds } = await simulate({ ...SMALL, byzantine: 0, rule: 'fedavg' }, { task });
    expect(summary.gainKept).to.equal(1);
    expect(summary.end).to.deep.equal(summary.baseline);
    expect(summary.end.loss).to.be.below(summary.start.loss);
    expect(summary.detection).to.deep.equal({
      liarsLeftOut: 0,
      honestLeftOut: 0,
      precision: null,
      recall: null,
    });
    for (const { deviation } of rounds) expect(deviation).to.be.below(1e-12);
  });

  it('trains with the proximal term that it is told', async () => {
    const options = { ...SMALL, byzantine: 0, rule: 'fedavg', noise: 'off' } as const;
    const results = await Promise.all(
      [0, 0.5, 0.5].map((proximal) => simulate({ ...options, proximal }, { task: light(task) })),
    );
    const [plain, pulled, again] = results.map(({ summary }) => summary.modelDigest);
    expect(pulled).not.to.equal(plain);
    expect(again).to.equal(pulled);
  });

  it('believes sample counts under a cap only', async () => {
    const cases = ['fedavg', 'fedavg:weightCap=600', 'fedavg:weightCap=1e9'].map((rule) => ({
      rule,
      attack: 'lying-weight',
      attackOptions: { claim: 1e6 },
    }));
    const [equal, capped, believed] = await simulateCases(SMALL, cases, { task });
    expect(believed?.summary.gainKept).to.be.below(-0.2);
    expect(capped?.summary.gainKept).to.be.within(0.3, 0.9);
    expect(equal?.summary.gainKept).to.be.above(capped?.summary.gainKept ?? Infinity);
  });

  it('runs every rule that asks for more than rows', async () => {
    const rules = ['fednova', 'q-fedavg', 'bucketing:size=2+median', 'centred-clipping:radius=1', 'dnc'];
    const results = await simulateCases(
      SMALL,
      rules.map((rule) => ({ rule, f: 1, attack: 'zero' })),
      { task: light(task) },
    );
    for (const { options, summary } of results) {
      expect(summary.end.loss, options.rule).to.be.below(summary.start.loss);
    }
  });

  it('tells each round as it ends, and every node of each stage', async () => {
    const rounds: SimulatedRound[] = [];
    const stages: string[] = [];
    const opened: string[] = [];
    const result = await simulate(
      { ...SMALL, attack: 'alie', baseline: false },
      {
        task: light(task),
        onOpened: ({ attackOptions }) => opened.push(JSON.stringify(attackOptions)),
        onRound: (round) => rounds.push(round),
        onProgress: ({ round, done, of }) => stages.push(`${round}:${done}/${of}`),
      },
    );
    expect(rounds).to.deep.equal(result.rounds);
    const nodes = Array.from({ length: 10 }, (_, i) => i + 1);
    expect(stages).to.deep.equal(
      [...nodes.map((n) => `1:${n}/10`), ...nodes.map((n) => `2:${n}/10`)].map(String),
    );
    expect(opened).to.deep.equal([JSON.stringify(result.options.attackOptions)]);
    expect(result.options.attackOptions.z).to.be.a('number');
    expect(result.summary.baseline).to.equal(null);
    expect(result.summary.gainKept).to.equal(null);
  });

  it('stops where it is told to', async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const onRound = ({ round }: SimulatedRound) => {
      told.push(round);
      stop.abort(new Error('enough'));
    };
    const running = simulate(SMALL, { task: light(task), signal: stop.signal, onRound });
    let reason: unknown;
    await running.catch((error: unknown) => {
      reason = error;
    });
    expect(reason).to.equal(stop.signal.reason);
    expect(told).to.deep.equal([1]);
  });

  it('refuses what is impossible, by its code and with what was given', async () => {
    const refused: readonly (readonly [Partial<SimulationOptions>, string, RegExp])[] = [
      [{ nodes: 0 }, 'SIMULATION_OPTION', /nodes: got 0, expected a whole number from 1 to 10000/],
      [{ byzantine: 10 }, 'SIMULATION_OPTION', /byzantine: got 10, expected fewer than the 10 nodes/],
      [{ rounds: 1.5 }, 'SIMULATION_OPTION', /rounds: got 1.5/],
      [{ seed: -1 }, 'SIMULATION_OPTION', /seed: got -1, expected a whole number from 0 on/],
      [{ heterogeneity: Number.NaN }, 'SIMULATION_OPTION', /heterogeneity: got NaN, expected a share/],
      [{ proximal: -1 }, 'SIMULATION_OPTION', /proximal: got -1, expected a number from 0 on/],
      [{ noise: 'node' as 'off' }, 'SIMULATION_OPTION', /noise: got node, expected record or off/],
      [{ f: -1 }, 'SIMULATION_OPTION', /f: got -1/],
      [{ rule: 'scaffold' }, 'SIMULATION_OPTION', /rule: got scaffold/],
      [{ rule: 'krumm' }, 'RULE_UNKNOWN', /rule "krumm" is unknown/],
      [{ byzantine: 4 }, 'RULE_CONDITION', /n ≥ 2f \+ 3, that is 11 rows for f = 4; given n = 10/],
      [{ attack: 'none' }, 'ATTACK_UNKNOWN', /attack "none" is unknown/],
      [{ attack: 'none', byzantine: 0 }, 'ATTACK_UNKNOWN', /attack "none" is unknown/],
      [{ attack: 'zero', attackOptions: { boost: 2 } }, 'ATTACK_OPTION', /zero takes no option boost/],
      [{ attack: 'mimic', attackOptions: { index: 8 } }, 'ATTACK_CONDITION', /8 honest nodes/],
      [{ attack: 'alie', byzantine: 5, rule: 'fedavg' }, 'ATTACK_CONDITION', /alie needs n > 2f/],
    ];
    for (const [changes, code, message] of refused) {
      const error = await refusal({ ...SMALL, ...changes });
      expect(error.code, JSON.stringify(changes)).to.equal(code);
      expect(error.message).to.match(message);
    }
  });

  it('refuses a task that was prepared for something else', async () => {
    for (const changes of [{ nodes: 9 }, { rounds: 3 }, { seed: 4 }, { heterogeneity: 0 }]) {
      let code: unknown;
      await simulate({ ...SMALL, ...changes }, { task }).catch((error: { code?: unknown }) => {
        code = error.code;
      });
      expect(code, JSON.stringify(changes)).to.equal('SIMULATION_TASK');
    }
  });

  it('shares the public venue’s days as far as it is told to', async () => {
    const tasks = await Promise.all(
      [0, 0.4, 1].map((heterogeneity) => prepareTask({ ...SMALL, nodes: 2, heterogeneity })),
    );
    const [same, mixed, own] = await Promise.all(
      tasks.map(async (each) => [await each.examples(0, 1), await each.examples(1, 1)] as const),
    );
    const sharedDays = (pair: typeof same): number => {
      const [a, b] = pair ?? [];
      if (a === undefined || b === undefined) return Number.NaN;
      // Of a row and its mirror image, whose label has the other sign.
      const size = (y: number | undefined): number => Math.abs(y ?? Number.NaN);
      const labels = new Map(Array.from(b.hour, (hour, i) => [hour, size(b.y[i])]));
      const both = Array.from(a.hour, (hour, i) => [labels.get(hour), size(a.y[i])] as const).filter(
        ([other]) => other !== undefined,
      );
      return both.filter(([other, one]) => other === one).length / both.length;
    };
    // A row is the same for two nodes when both have the public day.
    expect(sharedDays(same)).to.equal(1);
    expect(sharedDays(own)).to.equal(0);
    expect(sharedDays(mixed)).to.be.closeTo(0.6 * 0.6, 0.07);
    expect(await tasks[1]?.examples(0, 1)).to.deep.equal(mixed?.[0]);
  });
});

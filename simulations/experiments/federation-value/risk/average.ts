import type { HourRange } from '../../../../node/data/index.ts';
import { type GainDraws, meanGain } from '../judging.ts';
import type { Plan } from '../rounds.ts';
import type { RiskGain } from './insurance.ts';
import { openRiskBench } from './judging.ts';
import { alone, CLEAR, rankingsOf, type Together } from './together.ts';
import type { RiskTrial } from './trial.ts';

/** Over events and days of history: the mean gain, and the nodes that gain on their own asset. */
export type RiskAverage = {
  readonly cases: number;
  readonly nodes: number;
  readonly gaining: number;
  readonly gain: RiskGain;
};

/**
 * @param events by event, its cases: all with the same rows, and so the same resamples. Events are drawn independently.
 */
export function averageRisk(
  events: readonly (readonly {
    readonly trial: RiskTrial;
    readonly together: Together;
    readonly shared: Plan;
  }[])[],
  ranges: readonly HourRange[],
): RiskAverage {
  let [cases, count, gaining] = [0, 0, 0];
  const draws: Record<keyof RiskGain, GainDraws[]> = { own: [], joint: [] };
  for (const [e, own] of events.entries()) {
    const bench = openRiskBench(ranges[e]!, e + 1);
    const scored = own.map(({ trial, together, shared }) => {
      const [ours, theirs] = [together(shared, CLEAR), alone(trial, trial.plan, CLEAR)].map((run) =>
        // Shared weights are judged once a node here, so that cases weigh alike.
        rankingsOf(trial, { each: run.each }),
      );
      return { ours: ours!, theirs: theirs! };
    });
    for (const kind of ['own', 'joint'] as const) {
      const side = (which: 'ours' | 'theirs') => scored.flatMap((one) => one[which][kind]);
      draws[kind].push(bench.gainDraws(side('ours'), side('theirs')));
    }
    for (const { ours, theirs } of scored) {
      cases++;
      for (const [i, one] of ours.own.entries()) {
        count++;
        if (bench.gain([one], theirs.own.slice(i, i + 1)).value > 0) gaining++;
      }
    }
  }
  return {
    cases,
    nodes: count,
    gaining,
    gain: { own: meanGain(draws.own), joint: meanGain(draws.joint) },
  };
}

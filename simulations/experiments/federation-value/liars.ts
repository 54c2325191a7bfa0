import type { Estimate } from '../../../node/models/metrics/index.ts';
import { type Attack, createAttack } from '../../attacks/index.ts';
import { seededRandom } from '../../world/random.ts';
import { gradientsOf, type Trial } from './clear.ts';
import { skillOf } from './judging.ts';
import { averaged } from './privacy.ts';
import { LIARS, RULE_NAMES } from './recipes.ts';
import { federate, type Plan } from './rounds.ts';
import type { TaskNode } from './task.ts';

const ATTACKS: Readonly<Record<string, (() => Attack) | undefined>> = {
  'none: all ten': undefined,
  'sign flip × 4': () => createAttack('sign-flip', { boost: 4 }),
  'optimised ALIE': () => createAttack('opt-alie'),
  'Min-Max': () => createAttack('min-max'),
};

export const ATTACK_NAMES = Object.keys(ATTACKS);

export type LiarFigures = {
  readonly attack: string;
  readonly rule: string;
  /** Mean skill over nodes, and over which two of ten lie. */
  readonly skill: Estimate;
  /** Of the skill of the honest ones alone under the mean. */
  readonly kept: Estimate;
  /** The least of one draw of liars. */
  readonly leastKept: number;
};

export type LiarsFigures = {
  readonly honest: Estimate;
  readonly seeds: number;
  readonly cases: readonly LiarFigures[];
};

/** Two of ten lie, whichever the seed draws: what each rule keeps of the skill that the other eight have by themselves. */
export function liarFigures(
  trial: Trial,
  seeds: number,
  rules: readonly (readonly [name: string, plan: Plan])[] = RULE_NAMES.map((name) => [
    name,
    trial.plan(name),
  ]),
): LiarsFigures {
  const { task, bench, plan } = trial;
  const draws = drawnOrders(task.nodes, seeds);
  const run = (members: readonly TaskNode[], how: Plan, attack?: () => Attack) => {
    const weights = federate(task.model, gradientsOf(members), how, {
      seed: 'liars',
      ...(attack === undefined ? {} : { liars: { count: LIARS, attack: attack() } }),
    });
    return trial.scored(weights);
  };
  const meanSkill = (scored: ReturnType<typeof run>) =>
    scored.reduce((total, one) => total + skillOf(one), 0) / scored.length;
  const honest = draws.map((order) => run(order.slice(0, -LIARS), plan('mean')));
  const none = averaged(honest).map(({ baseline }) => ({ losses: baseline, baseline }));
  return {
    honest: bench.skill(averaged(honest)),
    seeds,
    cases: Object.entries(ATTACKS).flatMap(([name, attack]) =>
      rules.map(([rule, how]): LiarFigures => {
        const lied = draws.map((order) => run(order, how, attack));
        return {
          attack: name,
          rule,
          skill: bench.skill(averaged(lied)),
          kept: bench.share(averaged(lied), none, averaged(honest)),
          leastKept: Math.min(...lied.map((one, s) => meanSkill(one) / meanSkill(honest[s]!))),
        };
      }),
    ),
  };
}

/** The same of other rules by their texts. */
export function candidateFigures(trial: Trial, seeds: number, texts: readonly string[]): LiarsFigures {
  const { aggregation, ...plan } = trial.plan('multi-krum');
  const server = aggregation.slice(aggregation.indexOf('+'));
  return liarFigures(
    trial,
    seeds,
    texts.map((text) => [text, { ...plan, aggregation: `${text}${server}` }]),
  );
}

/** The nodes in the order of each draw: the last two of it lie. */
export function drawnOrders(nodes: readonly TaskNode[], draws: number): TaskNode[][] {
  return Array.from({ length: draws }, (_, s) => {
    const random = seededRandom(`liars/${s + 1}`);
    const order = [...nodes];
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  });
}

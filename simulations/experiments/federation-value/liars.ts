import type { Estimate } from '../../../node/evaluation/metrics/index.ts';
import { type Attack, createAttack } from '../../attacks/index.ts';
import { seededRandom } from '../../world/random.ts';
import { gradientsOf, type Trial } from './clear.ts';
import { skillOf } from './judging.ts';
import { averaged } from './privacy.ts';
import { LIARS, RULES, type RuleName } from './recipes.ts';
import { federate } from './rounds.ts';

const ATTACKS: Readonly<Record<string, () => Attack>> = {
  'sign flip × 4': () => createAttack('sign-flip', { boost: 4 }),
  'optimised ALIE': () => createAttack('opt-alie'),
  'Min-Max': () => createAttack('min-max'),
};

export type LiarFigures = {
  readonly attack: string;
  readonly rule: RuleName;
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
export function liarFigures(trial: Trial, seeds: number): LiarsFigures {
  const { task, bench, plan } = trial;
  const draws = Array.from({ length: seeds }, (_, s) => {
    const random = seededRandom(`liars/${s + 1}`);
    const order = [...task.nodes];
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  });
  const run = (order: (typeof draws)[number], rule: RuleName, attack?: () => Attack) => {
    const members = attack === undefined ? order.slice(0, -LIARS) : order;
    const weights = federate(task.model, gradientsOf(members), plan(rule), {
      seed: 'liars',
      ...(attack === undefined ? {} : { liars: { count: LIARS, attack: attack() } }),
    });
    return trial.scored(weights);
  };
  const meanSkill = (scored: ReturnType<typeof run>) =>
    scored.reduce((total, one) => total + skillOf(one), 0) / scored.length;
  const honest = draws.map((order) => run(order, 'mean'));
  const none = averaged(honest).map(({ baseline }) => ({ losses: baseline, baseline }));
  const rules = Object.keys(RULES) as RuleName[];
  return {
    honest: bench.skill(averaged(honest)),
    seeds,
    cases: Object.entries(ATTACKS).flatMap(([name, attack]) =>
      rules.map((rule): LiarFigures => {
        const lied = draws.map((order) => run(order, rule, attack));
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

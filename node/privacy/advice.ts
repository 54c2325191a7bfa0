import type { PrivacyAccountJson } from '../api/index.ts';
import type { Plan } from './plan.ts';

/** What an operator may do. None of it raises ε: a budget is a promise. */
export type Advice = { readonly priority: 'high' | 'normal'; readonly text: string };

/** Beyond this share of the budget the end is near enough to plan for it. */
const HIGH_SHARE = 0.7;

export function advise(account: PrivacyAccountJson, plan: Plan | undefined): Advice[] {
  const { state, unit, spent, budget } = account;
  if (state === 'no-guarantee') {
    return [
      {
        priority: 'high',
        text: 'updates leave without noise: choose the unit record or node for the next network',
      },
    ];
  }
  const advice: Advice[] = [];
  const share = budget === null ? 0 : (spent.epsilon ?? Number.POSITIVE_INFINITY) / budget;
  if (state === 'spent') {
    advice.push({
      priority: 'high',
      text: 'the budget is spent and does not come back: keep the node running, it votes and validates',
    });
  } else if (share > HIGH_SHARE) {
    advice.push({
      priority: 'high',
      text: `${Math.floor(100 * share)} % of the budget is spent: plan the last rounds, with more noise or fewer steps a round in the network’s parameters`,
    });
  }
  if (plan !== undefined && !plan.fits) advice.push({ priority: 'high', text: planAdvice(plan) });
  if (unit === 'record' && account.relation === 'add-remove') {
    advice.push({
      priority: 'normal',
      text: 'the relation is add-remove: where the number of records is public, replace is the stronger promise',
    });
  }
  return advice;
}

function planAdvice({ rounds, noiseMultiplier }: Plan): string {
  const fewer = `${rounds} more rounds pass the budget at the present noise`;
  return noiseMultiplier === null
    ? `${fewer}, and at any other: plan fewer`
    : `${fewer}: they take a noise multiplier of ${shortUp(noiseMultiplier)}, or plan fewer`;
}

/** Four digits, rounded up: less noise would not do. */
export function shortUp(value: number): string {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 3);
  return String(Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(4)));
}

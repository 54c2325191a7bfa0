import { latestOf, type Samples } from './metric-samples.ts';

/** A bound on a metric that a reader wants to be told of; kept in this browser alone. */
export type AlertRule = { readonly metric: string; readonly when: 'above' | 'below'; readonly bound: number };

export const MAX_RULES = 20;

/** What is watched until a reader says otherwise. */
export const FIRST_RULES: readonly AlertRule[] = [
  { metric: 'ballast_chain_lag_seconds', when: 'above', bound: 60 },
  { metric: 'ballast_peers', when: 'below', bound: 1 },
  { metric: 'ballast_privacy_rounds_left', when: 'below', bound: 5 },
  { metric: 'ballast_breaker_halts', when: 'above', bound: 0 },
];

/** Rules whose metric is beyond its bound in the newest sample, with its value. */
export function firing(
  rules: readonly AlertRule[],
  samples: Samples,
): readonly { readonly rule: AlertRule; readonly value: number }[] {
  return rules.flatMap((rule) => {
    const value = latestOf(samples, rule.metric);
    if (value === undefined) return [];
    const isBeyond = rule.when === 'above' ? value > rule.bound : value < rule.bound;
    return isBeyond ? [{ rule, value }] : [];
  });
}

export const ruleText = ({ metric, when, bound }: AlertRule): string => `${metric} ${when} ${bound}`;

/** What was kept, as far as it makes sense; the first rules where nothing was. */
export function readRules(text: string | null): readonly AlertRule[] {
  if (text === null) return FIRST_RULES;
  try {
    const kept: unknown = JSON.parse(text);
    return Array.isArray(kept) ? kept.filter(isRule).slice(0, MAX_RULES) : FIRST_RULES;
  } catch {
    return FIRST_RULES;
  }
}

function isRule(value: unknown): value is AlertRule {
  if (typeof value !== 'object' || value === null) return false;
  const { metric, when, bound } = value as Partial<Record<keyof AlertRule, unknown>>;
  const isNamed = typeof metric === 'string' && metric.length > 0 && metric.length <= 200;
  return (
    isNamed && (when === 'above' || when === 'below') && typeof bound === 'number' && Number.isFinite(bound)
  );
}

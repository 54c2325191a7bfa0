import type { HeldOut } from '../runtime/index.ts';

type Interval = { readonly skill: number; readonly low: number; readonly high: number };

/**
 * The heads against their baselines on held-out data, wins and losses alike: skill is 1 − loss / loss of the baseline,
 * in brackets its 95 % interval. An interval that holds 0 is called open, whatever its middle.
 */
export function skillLines({ loss, shorter = [], risk, intervals }: HeldOut): string[] {
  if (intervals === undefined) return [];
  const lines = [pegLine('peg', loss, intervals.peg)];
  for (const [i, horizon] of (intervals.shorter ?? []).entries()) {
    lines.push(pegLine(`peg, ${horizon.horizonHours} h`, shorter[i]?.loss ?? Number.NaN, horizon));
  }
  if (risk !== undefined && intervals.risk !== undefined) {
    const { drawdown, volatility } = intervals.risk;
    const { head, ewma } = risk;
    const auc = (value: number | null) => (value === null ? 'unknown' : value.toFixed(3));
    lines.push(
      `risk, drawdown (${percent(head.eventShare)} events): log loss ${head.drawdown.logLoss.toFixed(4)}, AUC ${auc(head.drawdown.auc)} (EWMA ${auc(ewma.drawdown.auc)}); skill ${against('persistence', drawdown.persistence)}, ${against('EWMA', drawdown.ewma)}`,
      `risk, volatility: QLIKE ${head.volatility.qlike.toFixed(4)}, log error ${head.volatility.logError.toFixed(3)} (EWMA ${ewma.volatility.logError.toFixed(3)}); skill ${against('persistence', volatility.persistence)}, ${against('EWMA', volatility.ewma)}`,
    );
  }
  return lines;
}

function pegLine(
  head: string,
  loss: number,
  { B0, B2, B3 }: Readonly<Record<'B0' | 'B2' | 'B3', Interval>>,
): string {
  return `${head}: held-out pinball loss ${loss.toFixed(3)} bp; skill ${against('B0', B0)}, ${against('B2', B2)}, ${against('B3', B3)}`;
}

function against(baseline: string, { skill, low, high }: Interval): string {
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
  return `${percent(skill)} [${percent(low)}, ${percent(high)}] against ${baseline} (${verdict})`;
}

function percent(share: number): string {
  return `${share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(1)} %`;
}

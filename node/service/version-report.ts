import type { PrivacyStatement } from '../../protocol/messages.ts';
import type { VersionReport } from '../api/index.ts';
import type { HeldOut } from '../runtime/index.ts';

type HeadReport = VersionReport['heads'][number];
/** A report with its privacy as it was voted on. */
export type StatedReport = Omit<VersionReport, 'privacy'> & { readonly privacy: PrivacyStatement | null };
type Skill = { readonly skill: number; readonly low: number; readonly high: number };

/** Coverage of the intervals that a public market computes. */
const LEVEL = 0.95;

/** How a version does on held-out public data, head by head; its privacy is the statement of its own round. */
export function versionReport(
  { version, modelDigest, round, privacy }: Omit<StatedReport, 'heads'>,
  { examples, loss, baselines, shorter = [], risk, intervals }: HeldOut,
): StatedReport {
  const heads: HeadReport[] = [
    pegHead('peg', { examples, loss, baselines }, intervals?.peg),
    ...shorter.map((horizon, i) => pegHead(`peg-${horizon.horizonHours}h`, horizon, intervals?.shorter?.[i])),
  ];
  if (risk !== undefined) {
    const { drawdown, volatility } = risk.head;
    const { examples } = risk.head;
    heads.push({
      head: 'risk/drawdown',
      metric: 'log-loss',
      unit: 'nat',
      examples,
      loss: drawdown.logLoss,
      lossInterval: null,
      baselines: (['persistence', 'ewma'] as const).map((name) =>
        baseline(name, drawdown.logLoss, risk[name].drawdown.logLoss, intervals?.risk?.drawdown[name]),
      ),
    });
    heads.push({
      head: 'risk/volatility',
      metric: 'qlike',
      unit: '1',
      examples,
      loss: volatility.qlike,
      lossInterval: null,
      baselines: (['persistence', 'ewma'] as const).map((name) =>
        baseline(name, volatility.qlike, risk[name].volatility.qlike, intervals?.risk?.volatility[name]),
      ),
    });
  }
  return { version, modelDigest, round, heads, privacy };
}

function pegHead(
  head: string,
  { examples, loss, baselines }: Pick<HeldOut, 'examples' | 'loss' | 'baselines'>,
  intervals: Readonly<Record<'B0' | 'B2' | 'B3', Skill>> | undefined,
): HeadReport {
  return {
    head,
    metric: 'pinball',
    unit: 'bp',
    examples,
    loss,
    lossInterval: null,
    baselines: (['B0', 'B2', 'B3'] as const).map((name) =>
      baseline(name, loss, baselines[name], intervals?.[name]),
    ),
  };
}

function baseline(
  name: string,
  loss: number,
  baselineLoss: number,
  interval: Skill | undefined,
): HeadReport['baselines'][number] {
  return {
    name,
    loss: baselineLoss,
    skill: 1 - loss / baselineLoss,
    skillInterval: interval === undefined ? null : { level: LEVEL, low: interval.low, high: interval.high },
  };
}

import type { PrivacyStatement } from '../../protocol/messages.ts';
import type { VersionReport } from '../api/index.ts';
import type { HeldOutReport, SkillIntervals } from '../runtime/index.ts';

type HeadReport = VersionReport['heads'][number];
type Skill = { readonly skill: number; readonly low: number; readonly high: number };

/** Coverage of the intervals that a public market computes. */
const LEVEL = 0.95;

/** How a version does on held-out public data, head by head. */
export function versionReport(
  version: { readonly version: number; readonly modelDigest: string; readonly round: number },
  heldOut: HeldOutReport,
  intervals: SkillIntervals,
  privacy: PrivacyStatement | null,
): VersionReport {
  const heads: HeadReport[] = [
    {
      head: 'peg',
      metric: 'pinball',
      unit: 'bp',
      examples: heldOut.examples,
      loss: heldOut.loss,
      lossInterval: null,
      baselines: (['B0', 'B2', 'B3'] as const).map((name) =>
        baseline(name, heldOut.baselineLoss[name], intervals.peg[name]),
      ),
    },
  ];
  const { risk } = heldOut;
  if (risk !== undefined && intervals.risk !== undefined) {
    heads.push({
      head: 'risk/drawdown',
      metric: 'log-loss',
      unit: 'nat',
      examples: risk.head.examples,
      loss: risk.head.drawdown.logLoss,
      lossInterval: null,
      baselines: (['persistence', 'ewma'] as const).map((name) =>
        baseline(name, risk[name].drawdown.logLoss, intervals.risk?.drawdown[name]),
      ),
    });
    heads.push({
      head: 'risk/volatility',
      metric: 'qlike',
      unit: '1',
      examples: risk.head.examples,
      loss: risk.head.volatility.qlike,
      lossInterval: null,
      baselines: (['persistence', 'ewma'] as const).map((name) =>
        baseline(name, risk[name].volatility.qlike, intervals.risk?.volatility[name]),
      ),
    });
  }
  return { ...version, heads, privacy };
}

function baseline(name: string, loss: number, interval: Skill | undefined): HeadReport['baselines'][number] {
  return {
    name,
    loss,
    skill: interval?.skill ?? 0,
    skillInterval: interval === undefined ? null : { level: LEVEL, low: interval.low, high: interval.high },
  };
}

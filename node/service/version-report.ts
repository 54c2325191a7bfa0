import type { PrivacyStatement } from '../../protocol/messages.ts';
import type { VersionReport } from '../api/index.ts';
import type { RiskReport } from '../models/index.ts';
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
  if (risk === undefined || intervals.risk === undefined) return { ...version, heads, privacy };
  const against = intervals.risk;
  const target = (
    name: 'drawdown' | 'volatility',
    metric: string,
    unit: string,
    loss: (report: RiskReport) => number,
  ) =>
    heads.push({
      head: `risk/${name}`,
      metric,
      unit,
      examples: risk.head.examples,
      loss: loss(risk.head),
      lossInterval: null,
      baselines: (['persistence', 'ewma'] as const).map((other) =>
        baseline(other, loss(risk[other]), against[name][other]),
      ),
    });
  target('drawdown', 'log-loss', 'nat', ({ drawdown }) => drawdown.logLoss);
  target('volatility', 'qlike', '1', ({ volatility }) => volatility.qlike);
  return { ...version, heads, privacy };
}

function baseline(name: string, loss: number, { skill, low, high }: Skill): HeadReport['baselines'][number] {
  return { name, loss, skill, skillInterval: { level: LEVEL, low, high } };
}

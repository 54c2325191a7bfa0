import { pairsOfReason } from '../../coordinator/index.ts';
import { formatWadPercent } from '../../protocol/units.ts';
import type { RoundSummary } from './round-table.ts';

/** What a round line needs besides the round. */
export type LineContext = {
  /** A person's name for a node id. */
  readonly nameOf: (node: string) => string;
  readonly epsilonBudget: number;
  readonly nodes: number;
};

/** Why a node abstains whose budget bears no further round: it validates and votes all the same. */
const SPENT = 'PRIVACY_BUDGET_EXCEEDED';

/**
 * One line a round: leader, updates accepted of seen and who was left out and why, error against the baselines on
 * held-out data, privacy spent, version, digest, transaction, fee before → after and what held it.
 */
export function roundLine(summary: RoundSummary, context: LineContext): string {
  const { decided } = summary;
  return [
    `round ${String(summary.round).padStart(2)}`,
    `leader ${decided.leader === null ? 'unknown' : context.nameOf(decided.leader)}${decided.view > 0 ? ` (view ${decided.view})` : ''}`,
    `${decided.selected.length}/${decided.sealed} updates${leftOutText(summary, context)}`,
    errorText(summary),
    privacyText(summary, context),
    versionText(summary, context),
    feeText(summary),
  ].join(' · ');
}

function leftOutText({ decided, abstained, refused }: RoundSummary, { nameOf }: LineContext): string {
  const parts = [
    ...decided.leftOut.map(({ node, reason }) => `${nameOf(node)} (${reason})`),
    ...abstained.filter(({ code }) => code !== SPENT).map(({ node, code }) => `${nameOf(node)} (${code})`),
    ...refused
      .filter(({ sender }) => !decided.leftOut.some(({ node }) => node === sender))
      .filter(({ code }) => code.startsWith('UPDATE_'))
      .map(({ sender, code }) => `${nameOf(sender)} (${code})`),
  ];
  const spent = abstained.filter(({ code }) => code === SPENT).map(({ node }) => nameOf(node));
  const leftOut = parts.length === 0 ? '' : `, left out ${parts.join(', ')}`;
  return spent.length === 0 ? leftOut : `${leftOut}, budget spent ${spent.toSorted().join(', ')}`;
}

function errorText({ decided: { heldOut } }: RoundSummary): string {
  if (heldOut === null) return 'error unknown';
  const { loss, baselines, risk } = heldOut;
  return `error ${loss.toFixed(3)} bp (B0 ${skillText(loss, baselines.B0)}, B2 ${skillText(loss, baselines.B2)})${riskText(risk)}`;
}

/** Log loss of drawdown events and QLIKE of volatility, relative to EWMA. */
function riskText(risk: NonNullable<RoundSummary['decided']['heldOut']>['risk']): string {
  if (risk === undefined) return '';
  const { head, ewma } = risk;
  const drawdown = skillText(head.drawdown.logLoss, ewma.drawdown.logLoss);
  const volatility = skillText(head.volatility.qlike, ewma.volatility.qlike);
  return `, risk to EWMA drawdown ${drawdown}, volatility ${volatility}`;
}

/** Relative to the baseline; less is better. */
function skillText(loss: number, baseline: number): string {
  const change = (loss / baseline - 1) * 100;
  return `${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(1)} %`;
}

function privacyText({ decided: { privacy, sealed } }: RoundSummary, { epsilonBudget }: LineContext): string {
  if (sealed === 0) return 'nothing released';
  if (privacy.unit === 'none') return 'ε ∞ (no guarantee)';
  return `ε ${privacy.epsilon === null ? '∞' : privacy.epsilon.toFixed(2)}/${epsilonBudget} a ${privacy.unit}`;
}

function versionText({ decided, digests, published, worse }: RoundSummary, { nodes }: LineContext): string {
  const equal = [...digests.values()].filter((digest) => digest === decided.modelDigest).length;
  const held = equal === nodes ? '' : ` (${equal}/${nodes} nodes agree)`;
  if (decided.outcome !== 'accepted')
    return `v${decided.version} kept: ${decided.reason}${unnamedText(decided.reason, worse)}${held}`;
  const transaction = published?.transaction;
  return `v${decided.version} ${decided.modelDigest.slice(0, 8)}${held} tx ${transaction == null ? 'pending' : transaction.slice(0, 10)}`;
}

/** Pairs that some node found worse and that the certified reason does not name. */
function unnamedText(reason: string, worse: readonly string[]): string {
  const named = pairsOfReason(reason) ?? [];
  const unnamed = worse.filter((pair) => !named.includes(pair));
  return unnamed.length === 0 ? '' : ` (some also ${unnamed.join(', ')})`;
}

function feeText({ fee }: RoundSummary): string {
  if (fee === undefined) return 'fee pending';
  const before = formatWadPercent(BigInt(fee.before));
  const after = formatWadPercent(BigInt(fee.after));
  const held = fee.heldBy.length === 0 ? '' : ` (held by ${fee.heldBy.join(', ')})`;
  return fee.transaction === null
    ? `fee ${before} stays${held}`
    : `fee ${before} → ${after}${held} tx ${fee.transaction.slice(0, 10)}`;
}

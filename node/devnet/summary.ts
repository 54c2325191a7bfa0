import { type Convergence, convergenceOf } from '../../coordinator/index.ts';
import type { HeldOut } from '../runtime/index.ts';
import { convergenceLines } from './convergence-lines.ts';
import type { DevnetOptions } from './options.ts';
import type { RoundSummary } from './round-table.ts';
import { skillLines } from './skill-lines.ts';

/** What the rounds of a devnet came to. */
export type DevnetSummary = {
  readonly rounds: number;
  readonly version: number;
  readonly modelDigest: string;
  /** Whether every node's digest is the chain's. */
  readonly agreed: boolean;
  readonly accepted: number;
  readonly loss: number | null;
  readonly baselines: { readonly B0: number; readonly B2: number; readonly B3: number } | null;
  /** The last version's figures on held-out data, both heads', with 95 % intervals. */
  readonly heldOut: HeldOut | null;
  readonly epsilon: number | null;
  readonly liarLeftOut: number;
  /** Whether the held-out loss still falls, and the round after which it was best. */
  readonly convergence: Convergence;
  /** Nodes that had no word of the last round when it was over: liars whose peers have cut them off. */
  readonly cutOff: number;
};

/**
 * Sums the rounds up.
 *
 * @param first the nodes that were there from the start, the liars last.
 * @param head of the chain.
 */
export function summarise(
  summaries: readonly RoundSummary[],
  head: { readonly version: number; readonly modelDigest: string },
  first: readonly string[],
  byzantine: number,
): DevnetSummary {
  const last = summaries.at(-1);
  const honest = first.length - byzantine;
  const liars = new Set(first.slice(honest));
  const leftOut = summaries.filter(
    ({ decided }) => decided.outcome !== 'aborted' && !decided.selected.some((node) => liars.has(node)),
  );
  const digests = [...(last?.digests.values() ?? [])];
  return {
    rounds: summaries.length,
    version: head.version,
    modelDigest: head.modelDigest,
    agreed: digests.length >= honest && digests.every((digest) => digest === head.modelDigest),
    accepted: summaries.filter(({ decided }) => decided.outcome === 'accepted').length,
    loss: last?.decided.heldOut?.loss ?? null,
    baselines: last?.decided.heldOut?.baselines ?? null,
    heldOut: last?.decided.heldOut ?? null,
    epsilon: summaries.reduce<number | null>((max, { decided }) => largest(max, decided.privacy.epsilon), 0),
    liarLeftOut: leftOut.length,
    convergence: convergenceOf(
      summaries.flatMap(({ metrics: { round, holdoutLoss } }) =>
        holdoutLoss === null ? [] : [{ round, holdoutLoss }],
      ),
    ),
    cutOff: first.filter((node) => last?.digests.has(node) !== true).length,
  };
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

/** What a devnet says at its end. */
export function conclusion(summary: DevnetSummary, options: DevnetOptions): string[] {
  const lines = [
    `version ${summary.version} ${summary.modelDigest.slice(0, 16)}: ${summary.agreed ? "every node's hash equals the chain's" : 'NOT every node holds what the chain has'}; ${summary.accepted}/${summary.rounds} candidates accepted`,
  ];
  if (summary.heldOut !== null) {
    lines.push(...skillLines(summary.heldOut));
    lines.push(
      'skill is 1 − loss / loss of the baseline on held-out data, in brackets 95 % by blocks of five days',
    );
  }
  lines.push(...convergenceLines(summary.convergence));
  lines.push(`ε ${summary.epsilon === null ? '∞' : summary.epsilon.toFixed(2)} spent at most by a node`);
  if (options.byzantine > 0) {
    const cutOff = summary.cutOff === 0 ? '' : ' and was cut off by its peers';
    lines.push(`the liar had no weight in ${summary.liarLeftOut}/${summary.rounds} rounds${cutOff}`);
  }
  return lines;
}

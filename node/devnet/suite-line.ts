import { formatEther } from 'viem';
import {
  breakerStatus,
  type ChainReader,
  coreState,
  coreVault,
  decisionLogHead,
  SEVERITIES,
} from '../../contracts/client/index.ts';
import { formatWadPercent } from '../../protocol/units.ts';
import type { DevnetCore } from './reference.ts';

/** What the contracts around the fee say after a round. */
export type SuiteState = {
  /** Stability fee at which the core's debts grow, wad a year. */
  readonly fee: bigint;
  /** Debt of the devnet's vault with interest, wad. */
  readonly debt: bigint;
  /** Number of the last decision record. */
  readonly decision: bigint;
  readonly severity: number;
  readonly isHalted: boolean;
};

/** The same as JSON has it: integers as decimal strings. */
export type WrittenSuite = Omit<SuiteState, 'fee' | 'debt' | 'decision'> & {
  readonly fee: string;
  readonly debt: string;
  readonly decision: string;
};

export const written = ({ fee, debt, decision, ...rest }: SuiteState): WrittenSuite => ({
  ...rest,
  fee: String(fee),
  debt: String(debt),
  decision: String(decision),
});

export type SuiteReader = () => Promise<SuiteState>;

export function suiteReader(
  reader: ChainReader,
  core: DevnetCore,
  contracts: { readonly decisionLog: string; readonly circuitBreaker: string },
): SuiteReader {
  return async () => {
    const [{ fee }, { debt }, { count }, status] = await Promise.all([
      coreState(reader, core.core),
      coreVault(reader, core.core, core.vault),
      decisionLogHead(reader, contracts.decisionLog),
      breakerStatus(reader, contracts.circuitBreaker),
    ]);
    const isHalted = status.all || status.riskRaising || status.anyParameter || status.classes.length > 0;
    return { fee, debt, decision: count, severity: status.severity, isHalted };
  };
}

/** The core's fee before and after, the interest since, the decision record and the breaker, for people. */
export function suiteLine(before: SuiteState, after: SuiteState): string {
  const fee =
    before.fee === after.fee
      ? `core's fee ${formatWadPercent(after.fee)}`
      : `core's fee ${formatWadPercent(before.fee)} → ${formatWadPercent(after.fee)}`;
  const interest = Number(formatEther(after.debt - before.debt)).toFixed(6);
  const records = after.decision === 0n ? 'no decision yet' : `decision record ${after.decision}`;
  const halted = after.isHalted ? ', halted' : '';
  return `         ${fee}, interest ${interest} coins on ${Number(formatEther(before.debt)).toFixed(0)} · ${records} · breaker ${SEVERITIES[after.severity] ?? after.severity}${halted}`;
}

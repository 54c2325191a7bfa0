import type { Command } from 'commander';
import { formatEther } from 'viem';
import { UsageError } from '../../protocol/errors.ts';
import type { Cost } from '../operator/index.ts';
import { isConfirmed } from './confirm.ts';

/** What every command takes that sends transactions. */
export type SpendingFlags = { readonly yes: boolean; readonly json: boolean; readonly dryRun: boolean };

export function withSpendingFlags(command: Command): Command {
  return command
    .option('--yes', 'do not ask before sending', false)
    .option('--dry-run', 'say what would be sent and its cost, and send nothing', false)
    .option('--json', 'print one JSON object', false);
}

/**
 * Says what will be sent and what it costs, and asks.
 *
 * @returns whether to go on: false for a dry run.
 * @throws UsageError `NOT_CONFIRMED`, `CONFIRMATION_NEEDED` without a terminal.
 */
export async function confirmSpending(
  what: string,
  { gas, fee, value }: Cost,
  { yes, json, dryRun }: SpendingFlags,
): Promise<boolean> {
  const bond = value === 0n ? '' : `, and a bond of ${formatEther(value)} ETH`;
  const text = `${what}: about ${gas} gas, at most ${formatEther(fee)} ETH${bond}`;
  if (dryRun) {
    const plan = { dryRun: true, action: what, gas, maximumFee: fee, value };
    printResult(json ? plan : text, json);
    return false;
  }
  if (!yes && process.stdin.isTTY !== true) {
    throw new UsageError('CONFIRMATION_NEEDED', `${text}: not sent, there is no terminal to ask on`, {
      hint: 'give --yes to send without asking, or --dry-run',
    });
  }
  if (!json) process.stderr.write(`${text}\n`);
  if (yes) return true;
  if (await isConfirmed('Send?')) return true;
  throw new UsageError('NOT_CONFIRMED', `${what}: not confirmed, nothing was sent`);
}

/** A line for a person, or an object as JSON with integers as decimal strings. */
export function printResult(result: string | object, json: boolean): void {
  const text = json
    ? JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    : String(result);
  process.stdout.write(`${text}\n`);
}

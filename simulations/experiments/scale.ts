import { parseArgs } from 'node:util';
import { isMember } from '../../coordinator/committee.ts';
import { UsageError } from '../../protocol/errors.ts';
import { runScale } from '../scale/scale-world.ts';
import { type Spread, summarise, type TrafficSummary } from '../scale/summary.ts';

// Networks of real participants in virtual time, and what a round costs members and others:
//
//     node simulations/experiments/scale.ts --nodes 50 --nodes 200 --nodes 1200 --rounds 20
//
// With a non-member whose bytes grow with the network the exit code is 1.

const CORRUPT_SHARE = 1_500;
/** Bytes by which non-members of two networks may differ, certificates left out: bodies end with others of their kind. */
const TOLERANCE_BYTES = 2_000;

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('SCALE_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

async function measure(): Promise<number> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', multiple: true, default: ['50', '200', '1200'] },
      rounds: { type: 'string', default: '20' },
      size: { type: 'string', default: '5000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const [rounds, size] = [count('rounds', values.rounds), count('size', values.size)];
  const beyond: number[] = [];
  for (const text of values.nodes) {
    const nodes = count('nodes', text);
    const [began, cpuBefore] = [performance.now(), process.cpuUsage()];
    const report = await runScale({ seed: values.seed, nodes, corruptShare: CORRUPT_SHARE, size, rounds });
    const cpu = process.cpuUsage(cpuBefore);
    const { committee, traffic } = report;
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    print(
      `${nodes} nodes, ${committee.members.length} members (F ${committee.faults}, q ${committee.quorum}), ` +
        `${rounds} rounds: ${seconds} s, ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of CPU, ` +
        `${(report.virtualMs / 1_000).toFixed(0)} s of virtual time, ` +
        `${whole(process.resourceUsage().maxRSS / 1_024)} MiB at most so far; ${outcomesOf(report.outcomes)}`,
    );
    const [members, others] = [true, false].map((isIn) =>
      report.nodes.filter((node) => isMember(committee, node) === isIn),
    );
    print(row('member', summarise(traffic, members ?? [], rounds)));
    if (others === undefined || others.length === 0) continue;
    const summary = summarise(traffic, others, rounds);
    print(row('other', summary));
    beyond.push(summary.bytesBeyondHeaders.p99 - summary.certificateBytes.p99);
  }
  const grows = Math.max(...beyond) - Math.min(...beyond) > TOLERANCE_BYTES;
  if (beyond.length > 1)
    print(
      `beyond headers and certificates a non-member's bytes ${grows ? 'GROW' : 'do not grow'} with the network`,
    );
  return grows ? 1 : 0;
}

function row(
  kind: string,
  { messages, bytes, bytesBeyondHeaders, certificateBytes }: TrafficSummary,
): string {
  const shown = ({ mean, p99 }: Spread) => `${whole(mean)} (p99 ${whole(p99)})`;
  return (
    `  ${kind.padEnd(6)} a round: ${shown(messages)} messages, ${shown(bytes)} bytes, ` +
    `${shown(bytesBeyondHeaders)} beyond headers, ${whole(certificateBytes.mean)} of certificates`
  );
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function outcomesOf(outcomes: ReadonlyMap<number, ReadonlyMap<string, number>>): string {
  const times = new Map<string, number>();
  for (const ofRound of outcomes.values())
    for (const outcome of ofRound.keys()) times.set(outcome, (times.get(outcome) ?? 0) + 1);
  return [...times].map(([outcome, rounds]) => `${outcome} ${rounds}`).join(', ');
}

try {
  process.exitCode = await measure();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

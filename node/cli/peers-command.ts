import type { NodePeers } from '../client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type RunningNodeFlags, tellOf, withRunningNode } from './running-node.ts';
import { table } from './table.ts';

type Flags = RunningNodeFlags & { readonly json: boolean };

export const definePeers: DefineCommand = (command) => {
  withRunningNode(command).action((flags: Flags) => tellOf(flags, (reader) => reader.peers(), peersText));
};

function peersText({ connected, items }: NodePeers): string {
  if (connected === 0) return 'no peers';
  const rows = items.map(({ node, role, score, latencyMs, refusals, release, missingProtocols }) => [
    node,
    role,
    score.toFixed(1),
    latencyMs === null ? '-' : `${latencyMs.toFixed(0)} ms`,
    [release ?? '-', ...missingProtocols.map((protocol) => `without ${protocol}`)].join(' '),
    refusals.map(({ code, count }) => `${code} ${count}`).join(', ') || '-',
  ]);
  const more = connected > items.length ? [`and ${connected - items.length} more`] : [];
  return [...table([['node', 'role', 'score', 'latency', 'release', 'refused'], ...rows]), ...more].join(
    '\n',
  );
}

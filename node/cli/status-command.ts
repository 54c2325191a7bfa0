import { NodeFailure, type NodeReader } from '../client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { paint } from './paint.ts';
import { type RunningNodeFlags, tellOf, withRunningNode } from './running-node.ts';

type Flags = RunningNodeFlags & { readonly json: boolean };

export const defineStatus: DefineCommand = (command) => {
  withRunningNode(command).action((flags: Flags) => tellOf(flags, statusOf, statusText));
};

/** A node that is not up yet says that it is ready or not, and nothing else. */
async function statusOf(reader: NodeReader) {
  const readiness = await reader.readiness();
  try {
    const [state, chain, peers] = await Promise.all([reader.state(), reader.chain(), reader.peers()]);
    return { readiness, state, chain, peers: { connected: peers.connected } };
  } catch (error) {
    if (error instanceof NodeFailure && error.metadata.status === 503)
      return { readiness, state: null, chain: null, peers: null };
    throw error;
  }
}

type Status = Awaited<ReturnType<typeof statusOf>>;

function statusText({ readiness: { status, reason, conditions }, ...rest }: Status): string {
  const isReady = status === 'ready';
  return [
    `${paint(isReady ? 'green' : 'yellow', status)}${reason === '' ? '' : `: ${reason}`}`,
    ...stateLines(rest),
    ...conditions.map(
      ({ code, message, sinceMs }) =>
        `${paint('red', code)} since ${new Date(sinceMs).toISOString()}: ${message}`,
    ),
    ...(conditions.length === 0 ? ['no problems'] : []),
  ].join('\n');
}

function stateLines({ state, chain, peers }: Omit<Status, 'readiness'>): readonly string[] {
  if (state === null || chain === null || peers === null) return [];
  const { node, network, epoch, role, head, standing, update } = state;
  const trust =
    standing === null
      ? []
      : [`standing ${standing.tier}, ${standing.weight} of 4 quarters of its updates count`];
  const own =
    update === null ? [] : [`own update of round ${update.round}: ${update.fate}, ${update.meaning}`];
  return [
    `node ${node}, ${role} of epoch ${epoch}`,
    `network ${network}`,
    `round ${head.round} decided, version ${head.version} ${head.modelDigest.slice(0, 8)}, next beacon at block ${head.nextBeaconHeight}`,
    ...own,
    ...trust,
    `chain ${chain.chain}, last final block ${chain.finalizedHeight ?? 'unknown'}${seconds(', seen', chain.lagSeconds, 'ago')}${seconds(', clock', chain.clockSkewSeconds, 'against the others')}`,
    `${peers.connected} peers`,
  ];
}

const seconds = (before: string, value: number | null, after: string): string =>
  value === null ? '' : `${before} ${value.toFixed(1)} s ${after}`;

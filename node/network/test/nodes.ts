import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { OperatorIdentity } from '../../keys/index.ts';
import {
  createNetwork,
  type Network,
  type NetworkCollaborators,
  NetworkError,
  type NetworkErrorCode,
  type NetworkOptions,
} from '../index.ts';

let counter = 0;
const running: Network[] = [];

/** The n-th identity of this test run: the same keys in every run. */
export function nextIdentity(): OperatorIdentity {
  const label = `network test ${counter++}`;
  const secret = (use: string) => Uint8Array.from(createHash('sha256').update(`${label} ${use}`).digest());
  return new OperatorIdentity({ nodeSeed: secret('node'), chainKey: secret('chain') });
}

/** A started node on loopback, stopped by {@link stopAll}. */
export async function startNode(
  options: Partial<NetworkOptions> = {},
  collaborators: NetworkCollaborators = {},
): Promise<Network> {
  const privateKey = options.privateKey ?? (await nextIdentity().transportKey());
  const network = await createNetwork({ exchangeIntervalMs: 100, ...options, privateKey }, collaborators);
  running.push(network);
  await network.start();
  return network;
}

/** Stops every node of {@link startNode}; each must be gone within three seconds. */
export async function stopAll(): Promise<void> {
  const stopping = running.splice(0);
  const before = performance.now();
  await Promise.all(stopping.map((network) => network.stop()));
  expect(performance.now() - before).to.be.lessThan(3000);
}

export function addressOf(network: Network): string {
  const [address] = network.multiaddrs();
  if (address === undefined) throw new Error('the node does not listen');
  return address;
}

/** Waits until `condition` holds; fails after ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function failure(action: Promise<unknown>): Promise<NetworkError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(NetworkError);
    return error as NetworkError;
  }
  throw new Error('expected a NetworkError');
}

export async function failureCode(action: Promise<unknown>): Promise<NetworkErrorCode> {
  return (await failure(action)).code;
}

export const within = (ms: number) => AbortSignal.timeout(ms);

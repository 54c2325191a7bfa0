import { NetworkError } from './errors.ts';

const POLL_MS = 25;
/** Gossipsub fills a topic's mesh up to this at each heartbeat, once a second; then it is as full as it gets. */
const MESH_LOW = 4;
const MESH_SETTLE_MS = 1500;

export type SubscriberCounts = {
  /** Subscribers that a message can be sent to. */
  readonly reachable: () => number;
  /** Subscribers that others' messages are forwarded to. */
  readonly meshed: () => number;
};

/**
 * See `Network.ready`.
 *
 * @throws NetworkError `WAIT_ABORTED`.
 */
export async function waitForSubscribers(
  topic: string,
  count: number,
  { reachable, meshed }: SubscriberCounts,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let settling: number | undefined;
  const check = () => {
    if (reachable() < count) return;
    settling ??= performance.now();
    const settled = performance.now() - settling >= MESH_SETTLE_MS;
    if (settled || meshed() >= Math.min(count, MESH_LOW)) resolve();
  };
  const giveUp = () => {
    const have = reachable();
    const message = `${have} peers subscribed to ${topic}, waited for ${count}`;
    reject(
      new NetworkError('WAIT_ABORTED', message, { metadata: { topic, have, count }, cause: signal.reason }),
    );
  };
  // Polled, since no event tells when the stream towards a subscriber opens.
  const timer = setInterval(check, POLL_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) giveUp();
    check();
    await promise;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { BlobExchange } from '../blob-exchange.ts';
import { Blobs } from '../blobs.ts';
import type { Collaborators, EpochOptions } from '../collaborators.ts';
import { nodesOf } from '../committee.ts';
import { committeeOf, digest, NOW, PARAMETERS, signerOf, TestStore } from './support.ts';

const MEMBERS = 7;
const MAX_BYTES = 1_024;
const HALF = PARAMETERS.timeouts.fetchMs / 2;

/** Time that passes only when nothing else is left to do. */
class VirtualClock {
  time = NOW;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  readonly now = () => this.time;
  readonly setTimer = (ms: number, run: () => void) => {
    const timer = { at: this.time + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** @returns false where nobody waits for anything. */
  async pass(): Promise<boolean> {
    await nextTurn();
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (first === undefined) return false;
    this.#timers = this.#timers.filter((each) => each !== first);
    this.time = first.at;
    first.run();
    return true;
  }
}

/** Members that ask one another, without loss or delay. */
function members(clock: VirtualClock) {
  const committee = committeeOf(MEMBERS);
  const exchanges = new Map<NodeId, BlobExchange>();
  const stores = nodesOf(committee).map(() => new Blobs(new TestStore()));
  const transport = (self: NodeId) => ({
    fetch: (from: NodeId, wanted: Digest, _most: number, signal: AbortSignal) =>
      new Promise<Uint8Array>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')));
        const served = exchanges.get(from)?.serve(wanted, 1, self) ?? Promise.resolve(undefined);
        served.then(
          (bytes) => (bytes === undefined ? reject(new Error('not found')) : resolve(bytes)),
          reject,
        );
      }),
  });
  for (let i = 0; i < MEMBERS; i++) {
    const signer = signerOf(i);
    const options = { parameters: PARAMETERS, committee, epochs: { record: () => undefined } };
    const collaborators = { signer, clock, transport: transport(signer.nodeId) };
    const exchange = new BlobExchange(
      options as unknown as EpochOptions,
      collaborators as unknown as Collaborators,
      stores[i] ?? new Blobs(new TestStore()),
    );
    exchange.openRound(1);
    exchanges.set(signer.nodeId, exchange);
  }
  const seek = (wanted: Digest) =>
    [...exchanges.values()].map((exchange) =>
      exchange.obtain(wanted, nodesOf(committee), MAX_BYTES, 1, new AbortController().signal).then(
        () => 'held',
        ({ code }) => code,
      ),
    );
  return { exchanges: [...exchanges.values()], stores, seek };
}

describe('members that seek a blob of each other', () => {
  it('give up together, within the time that one peer may take, where nobody has it', async () => {
    const clock = new VirtualClock();
    const { seek } = members(clock);
    const outcomes: string[] = [];
    for (const sought of seek(digest('nowhere'))) void sought.then((outcome) => outcomes.push(outcome));
    while (outcomes.length < MEMBERS && (await clock.pass())) expect(clock.time).to.be.at.most(NOW + HALF);
    await nextTurn();
    expect(outcomes).to.deep.equal(Array.from({ length: MEMBERS }, () => 'BODY_NOT_SERVED'));
  });

  it('all get it where one has it, also those that asked one that was still seeking', async () => {
    const clock = new VirtualClock();
    const { stores, seek } = members(clock);
    const wanted = await stores.at(-1)?.put(1, Uint8Array.of(1, 2, 3));
    const outcomes: string[] = [];
    for (const sought of seek(wanted ?? '')) void sought.then((outcome) => outcomes.push(outcome));
    while (outcomes.length < MEMBERS && (await clock.pass())) expect(clock.time).to.be.at.most(NOW + HALF);
    await nextTurn();
    expect(outcomes).to.deep.equal(Array.from({ length: MEMBERS }, () => 'held'));
  });

  it('keep no peer waiting once they stop', async () => {
    const clock = new VirtualClock();
    const { exchanges, seek } = members(clock);
    const wanted = digest('nowhere');
    void seek(wanted);
    await nextTurn();
    const [first] = exchanges;
    const served = first?.serve(wanted, 1, signerOf(3).nodeId);
    await nextTurn();
    first?.stop();
    expect(await served).to.equal(undefined);
    expect(clock.time).to.equal(NOW);
  });
});

import { expect } from 'chai';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { VirtualNetwork } from '../network.ts';
import { seededRandom } from '../random.ts';
import { Scheduler } from '../scheduler.ts';
import type { LinkQuality } from '../weather.ts';

const BLOB = Uint8Array.of(7);

function connected(seed: string, quality: LinkQuality, served: Uint8Array | null = BLOB) {
  const scheduler = new Scheduler(0);
  const network = new VirtualNetwork(scheduler, seededRandom(seed), quality);
  const got: { node: string; byte: number | undefined; at: number }[] = [];
  for (const node of ['a', 'b', 'c']) {
    network.connect(node, {
      receive: (bytes) => got.push({ node, byte: bytes[0], at: scheduler.now() }),
      serve: async () => served ?? undefined,
    });
  }
  return { scheduler, network, got };
}

async function deliveries(seed: string, quality: LinkQuality, messages: number) {
  const { scheduler, network, got } = connected(seed, quality);
  for (let i = 0; i < messages; i++) network.broadcast('a', Uint8Array.of(i));
  await scheduler.run(() => false, 10_000);
  return got;
}

describe('virtual network', () => {
  it('delivers the same messages at the same times from the same seed, others from another', async () => {
    const quality: LinkQuality = { loss: 0.3, delayMs: [5, 100] };
    const first = await deliveries('one', quality, 50);
    expect(await deliveries('one', quality, 50)).to.deep.equal(first);
    expect(await deliveries('two', quality, 50)).to.not.deep.equal(first);
  });

  it('loses the share it is told to, and delays within its bounds', async () => {
    const got = await deliveries('one', { loss: 0.3, delayMs: [5, 100] }, 250);
    // Binomial(500, 0.7): mean 350, standard deviation 10.2; four of them either way.
    expect(got.length).to.be.within(309, 391);
    for (const { at } of got) expect(at).to.be.within(5, 100);
    expect(await deliveries('one', { loss: 1, delayMs: [5, 100] }, 50)).to.deep.equal([]);
    expect(await deliveries('one', { loss: 0, delayMs: [5, 100] }, 50)).to.have.length(100);
  });

  it('tells all others, or those it is told to, and no node that is down when the message arrives', async () => {
    const { scheduler, network, got } = connected('one', { loss: 0, delayMs: [10, 10] });
    network.broadcast('a', Uint8Array.of(1));
    network.broadcast('a', Uint8Array.of(2), (node) => node === 'c');
    scheduler.after(5, () => network.disconnect('b'));
    await scheduler.run(() => false, 100);
    expect(got.map(({ node, byte }) => [node, byte])).to.deep.equal([
      ['c', 1],
      ['c', 2],
    ]);
  });

  it('fetches what matches its digest and refuses the rest', async () => {
    const fetchFrom = async (node: string, served: Uint8Array | null, loss = 0) => {
      const { scheduler, network } = connected('one', { loss, delayMs: [10, 10] }, served);
      const outcome = network.fetch('self', node, digestOfBytes(BLOB)).then(
        (bytes) => `got ${bytes[0]} after ${scheduler.now()}`,
        (error: { code?: string }) => `${error.code} after ${scheduler.now()}`,
      );
      await scheduler.run(() => false, 5_000);
      return outcome;
    };
    expect(await fetchFrom('b', BLOB)).to.equal('got 7 after 20');
    expect(await fetchFrom('b', Uint8Array.of(8))).to.equal('BODY_NOT_SERVED after 20');
    expect(await fetchFrom('b', null)).to.equal('BODY_NOT_SERVED after 20');
    expect(await fetchFrom('nobody', BLOB)).to.equal('BODY_NOT_SERVED after 10');
    expect(await fetchFrom('b', BLOB, 1)).to.equal('BODY_NOT_SERVED after 1010');
  });
});

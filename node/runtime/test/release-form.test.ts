import { expect } from 'chai';
import { encodeBody, normClass, openUpdate } from '../../../coordinator/index.ts';
import { header, signerOf } from '../../../coordinator/test/support.ts';
import { PrivacyLedger, releaseEvent, withinGridNorm } from '../../../privacy/index.ts';
import { MemoryStore } from '../../../privacy/test/support.ts';
import type { NetworkParameters } from '../../../protocol/network.ts';
import { releaseForm, releaseKey } from '../release-form.ts';
import { parametersOf } from './fixtures.ts';

const SIZE = 40;
const EVENT = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 100, releases: 1 });
/** Rounds as if by halves, so that a node that was started anew rounds as one that went on. */
const halves = (length: number) => new Uint8Array(length).fill(0x80);

function compressing(keep: number): NetworkParameters {
  const parameters = parametersOf();
  return { ...parameters, update: { ...parameters.update, compression: { keep } } };
}

/** Releases of growing coordinates, of which few travel at a time. */
const updateOf = (round: number): Int32Array =>
  Int32Array.from({ length: SIZE }, (_, i) => (i + 1) * 100 + round * (i % 3));

async function node(store = new MemoryStore(), parameters = compressing(0.1), isBounded = true) {
  const ledger = await PrivacyLedger.open(store, parameters.privacy);
  const form = releaseForm(parameters, ledger, { randomBytes: halves, isBounded });
  const release = async (round: number, update = updateOf(round)) => {
    const bytes = await form.encode(round, update);
    return form.decode(await ledger.commit({ key: releaseKey(round), event: EVENT, bytes }));
  };
  return { ledger, form, release, store, parameters };
}

const sumOf = (updates: readonly Int32Array[]): number =>
  updates.reduce((total, update) => total + update.reduce((sum, value) => sum + value, 0), 0);

describe('releases of a network that compresses', () => {
  it('keep the share that the network says, within its norm, in bodies that others open', async () => {
    const { release, parameters } = await node();
    const { update, ratio = 0 } = await release(1);
    expect(update.filter((value) => value !== 0)).to.have.length(4);
    expect(withinGridNorm(update, parameters.update.clipNorm, parameters.update.gridBits)).to.equal(true);
    expect(ratio).to.be.above(10);
    const sender = signerOf(0).nodeId;
    const body = encodeBody(sender, update, parameters.update.compression);
    const payload = header(0, { size: SIZE, normClass: normClass(update) });
    expect(openUpdate(body, { sender, payload }, parameters)).to.deep.equal(update);
  });

  it('carry over what was not sent, across a restart too: the next bytes are those of a node that went on', async () => {
    const { release, store } = await node();
    const first = await release(1);
    const copy = store.copy();
    const second = await release(2);
    expect(await (await node(copy)).release(2)).to.deep.equal(second);
    const forgetful = await (await node()).release(2);
    expect(forgetful.update).to.not.deep.equal(second.update);
    // Coordinates that wait their turn get it: in the end little more than the residual is missing.
    const sent = [first.update, second.update];
    const going = await node(store);
    for (let round = 3; round <= 40; round++) sent.push((await going.release(round)).update);
    const released = sumOf(Array.from({ length: 40 }, (_, i) => updateOf(i + 1)));
    expect(sumOf(sent) / released).to.be.within(0.75, 1);
  });

  it('skip rounds that this node did not take part in', async () => {
    const { release, store } = await node();
    await release(1);
    const later = await (await node(store.copy())).release(5);
    expect(later).to.deep.equal(await (await node(store.copy())).release(2, updateOf(5)));
  });

  it('of an attack are bounded by nothing but the grid', async () => {
    const { parameters, form } = await node(undefined, compressing(0.1), false);
    const huge = new Int32Array(SIZE).map((_, i) => (i < 4 ? -(2 ** 30) : 0));
    const { update } = form.decode(await form.encode(1, huge));
    expect(withinGridNorm(update, parameters.update.clipNorm, parameters.update.gridBits)).to.equal(false);
  });

  it('are refused where the ledger holds others', async () => {
    const { form } = await node();
    expect(() => form.decode(Uint8Array.of(0xc0)))
      .to.throw()
      .with.property('code', 'RELEASE_FORM');
  });
});

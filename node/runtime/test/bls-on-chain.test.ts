import { expect } from 'chai';
import { type Anvil, committeeKeysOf, startAnvil } from '../../../contracts/client/index.ts';
import { type Certificate, hasBlsKeys } from '../../../coordinator/index.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { checkCommittees } from '../../verify/chain-checks.ts';
import type { ChainLink } from '../index.ts';
import { certified, desksOf, epochsOf, epochsOnChain, openLink, operators } from './epochs-on-chain.ts';

/** The threshold of 41 members is the draw's: the link votes as the chain's commitment has it, in any size. */
describe('a committee of nodes with BLS keys on a chain', function () {
  this.timeout(60_000);
  const identities = operators(0x60);
  const epochs = epochsOf(identities);
  const ending = new AbortController();
  const { signal } = ending;
  let anvil: Anvil;
  let document: NetworkDocument;
  let links: ChainLink[];
  let last: Certificate;

  before(async () => {
    anvil = await startAnvil();
    document = await epochsOnChain(anvil, identities);
    links = await Promise.all(identities.map((identity) => openLink(document, anvil.rpcUrl, identity)));
  });

  after(async () => {
    ending.abort(new Error('the test is over'));
    await anvil?.stop();
  });

  it('is found with its keys in the registry’s past, for which each has proven possession', async () => {
    const [link] = links;
    expect(await link?.firstCommittee()).to.deep.equal(epochs[0]?.committee);
    const height = Number(await link?.reader.getBlockNumber());
    const roster = await link?.registry.rosterAt(height, signal);
    expect(roster?.map(({ blsKey }) => blsKey)).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it('publishes and rotates with one signature', async () => {
    const [link] = links;
    const [first, second] = epochs;
    if (link === undefined || first === undefined || second === undefined) throw new Error('nothing to test');
    last = await certified(links, identities, first.committee, 3, 1);
    expect([last.signatures.length, hasBlsKeys(first.committee)]).to.deep.equal([0, true]);
    expect(last.aggregate?.signature).to.have.length(96);
    expect(await link.publish(last, first.committee, signal)).to.match(/^0x/);
    const desks = desksOf(links, identities, last, { emit: () => undefined, signal });
    const speaking = desks.slice(0, first.committee.quorum).map((desk) => desk.speak());
    expect(await desks.at(-1)?.rotate(last, signal)).to.match(/^0x/);
    await Promise.all(speaking);
    expect(await link.published()).to.include({ version: 1, epoch: 1, committeeSize: 4 });
    expect(await committeeKeysOf(link.reader, document.contracts.modelRegistry, 1)).to.equal(undefined);
  });

  it('is held against the chain by root and keys, epoch by epoch', async () => {
    const [link] = links;
    const [first, second] = epochs.map(({ committee }) => committee);
    if (link === undefined || first === undefined || second === undefined) throw new Error('nothing to test');
    const check = async (...committees: (typeof first)[]) =>
      (
        await checkCommittees(
          link,
          committees.map((committee) => ({ committee, round: 3 })),
        )
      ).map(({ field }) => field);
    expect(await check(first, second, { ...first, epoch: 2 })).to.deep.equal([]);
    expect(await check({ ...second, epoch: 0 })).to.deep.equal(['committee.keys']);
    expect(await check({ ...first, epoch: 1 })).to.deep.equal(['committee.keys']);
    const fewer = { ...first, members: first.members.slice(1) };
    expect(await check(fewer)).to.deep.equal(['committee.root', 'committee.keys']);
    expect(await check({ ...second, members: second.members.slice(1) })).to.deep.equal(['committee.root']);
  });
});

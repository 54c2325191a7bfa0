import { expect } from 'chai';
import {
  type Anvil,
  createReader,
  createWriter,
  devAccount,
  requestRestore,
  startAnvil,
} from '../../../contracts/client/index.ts';
import { type Certificate, type Committee, decisionOf, NO_STATE } from '../../../coordinator/index.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import type { OperatorIdentity } from '../../keys/index.ts';
import { ChainLink } from '../index.ts';
import { committeeOnChain, endpointOf, GENESIS } from './committee-on-chain.ts';

const FIRST = '11'.repeat(32);
const SECOND = '22'.repeat(32);

describe('restoring a version on a chain', function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let document: NetworkDocument;
  let committee: Committee;
  let members: readonly OperatorIdentity[];
  const { signal } = new AbortController();
  const endpoint = () => endpointOf(anvil);
  const link = () => {
    const [own] = members;
    if (own === undefined) throw new Error('there are four members');
    return ChainLink.open(document, anvil.rpcUrl, own.account);
  };

  before(async () => {
    anvil = await startAnvil();
    const network = await committeeOnChain(anvil, 'restore', 0x40, devAccount(0).address);
    ({ document, committee, members } = network);
    const { reader, owner } = network;
    const hash = await owner.sendTransaction({ to: members[0]?.account.address ?? null, value: 10n ** 18n });
    await reader.waitForTransactionReceipt({ hash });
  });

  after(() => anvil?.stop());

  /** A version that a quorum certified, such as a restored one: an old digest under a new number. */
  async function publish(version: number, modelDigest: string): Promise<void> {
    const entry: Certificate['entry'] = {
      round: version,
      epoch: 0,
      parent: GENESIS,
      beacon: GENESIS,
      finalized: 1,
      nextBeaconHeight: 1,
      baseVersion: version - 1,
      baseDigest: GENESIS,
      baseState: NO_STATE,
      updates: { root: GENESIS, sealed: 0, accepted: 0, selected: 0 },
      standing: GENESIS,
      offences: [],
      nextCommittee: null,
      outcome: 'accepted',
      reason: '',
      version,
      modelDigest,
      stateDigest: NO_STATE,
      candidateDigest: modelDigest,
      candidateState: NO_STATE,
      privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
    };
    const signatures = await Promise.all(
      members.slice(0, committee.quorum).map(async ({ account }, index) => {
        const { commitScheme, network } = await ChainLink.open(document, anvil.rpcUrl, account);
        return { index, signature: await commitScheme.sign(decisionOf(network, entry, 0)) };
      }),
    );
    const own = await link();
    expect(await own.publish({ entry, view: 0, signatures }, committee, signal)).to.match(/^0x/);
  }

  it('is read at the beacon’s block, so that all see the same request', async () => {
    const reader = createReader(endpoint());
    const owner = createWriter(endpoint(), devAccount(0));
    const { beacon } = await link();
    await publish(1, FIRST);
    const before = Number(await reader.getBlockNumber());
    expect(await beacon.restoreAt(before, signal)).to.equal(undefined);
    const ask = (version: number) =>
      requestRestore(reader, owner, document.contracts.modelRegistry, { version, reason: 'a bad week' });
    const first = Number((await ask(1)).blockNumber);
    const second = Number((await ask(1)).blockNumber);
    expect(await beacon.restoreAt(before, signal)).to.equal(undefined);
    expect(await beacon.restoreAt(first, signal)).to.deep.include({ nonce: 1, version: 1 });
    expect(await beacon.restoreAt(second, signal)).to.deep.include({ nonce: 2, version: 1 });
  });

  it('ends as a new version with the old digest', async () => {
    await publish(2, SECOND);
    await publish(3, FIRST);
    expect(await (await link()).publishedVersion()).to.equal(3);
  });
});

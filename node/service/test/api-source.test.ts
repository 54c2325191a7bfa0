import { expect } from 'chai';
import { createCommittee, createRoster, type Epoch } from '../../../coordinator/index.ts';
import { trustAssumption } from '../../../privacy/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { report as reportSchema } from '../../api/schemas/index.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { createApiSource, measureOf } from '../api-source.ts';
import { ChainBreaker } from '../chain-breaker.ts';
import { ChainDecisions } from '../chain-decisions.ts';
import { ChainProposals } from '../chain-proposals.ts';
import { PrivacyAccounts } from '../privacy-accounts.ts';
import { VersionReports } from '../version-reports.ts';
import { certificates, document, fakeNode, head } from './support.ts';

function sourceOver(node = fakeNode(), read: () => Promise<never[]> = async () => []) {
  const source = createApiSource({
    node: 'self',
    network: 'ab'.repeat(32),
    release: '0.1.0',
    view: node.view,
    parameters: { read },
    breaker: new ChainBreaker(() => 0),
    decisions: new ChainDecisions(),
    proposals: new ChainProposals(),
    reports: new VersionReports(measureOf(node.view)),
    accounts: new PrivacyAccounts(document.parameters),
  });
  return { source, node };
}

async function failure(attempt: () => unknown): Promise<BallastError> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a failure');
}

describe('service: source of the API', () => {
  it('says NOT_READY with the reason of the moment until the node is up, and then answers', async () => {
    const node = fakeNode();
    const { participant } = node;
    Object.assign(node, { participant: undefined, head: undefined });
    const { source } = sourceOver(node);
    const asks: (() => unknown)[] = [
      () => source.head(),
      () => source.certificate(1),
      () => source.weights(head.modelDigest),
      () => source.report(1),
      () => source.parameters(),
      () => source.breaker(),
      () => source.overrides(),
      () => source.predict.peg({}),
    ];
    for (const ask of asks) {
      const error = await failure(ask);
      expect(error.code).to.equal('NOT_READY');
      expect(error.message).to.include('reaching the chain');
    }
    node.readiness = { status: 'starting', reason: 'opening the store' };
    expect((await failure(() => source.head())).message).to.include('opening the store');
    node.participant = participant;
    node.head = head;
    expect(source.head()).to.equal(head);
    expect((await source.certificate(4))?.entry.round).to.equal(4);
    expect(await source.certificate(99)).to.equal(undefined);
  });

  it('says what the node is in the round in progress, and who took part in an epoch that is over', async () => {
    const { source, node } = sourceOver();
    const epochOf = (number: number, members: readonly string[], others: readonly string[]): Epoch => {
      const signer = (i: number) => `0x${String(i).padStart(40, '0')}` as const;
      const committee = createCommittee(
        number,
        members.map((member, i) => ({ node: member, signer: signer(i) })),
      );
      return { committee, roster: createRoster(committee, others) };
    };
    for (const [members, others, role] of [
      [['a', 'self'], [], 'member'],
      [['a', 'b'], ['self'], 'contributor'],
      [['a', 'b'], ['c'], 'guest'],
    ] as const) {
      const epoch = epochOf(1, members, others);
      const over = epochOf(0, ['x', 'y'], []);
      Object.assign(node.participant ?? {}, { epoch, epochOf: (number: number) => [over, epoch][number] });
      expect(source.role()).to.equal(role);
      expect(await source.committee(0)).to.equal(over.committee);
      expect(await source.committee(2)).to.equal(undefined);
    }
  });

  it('keeps the head while a store that failed is opened again', async () => {
    const { source, node } = sourceOver();
    node.participant = undefined;
    expect(source.head()).to.equal(head);
    expect((await failure(() => source.certificate(1))).code).to.equal('NOT_READY');
  });

  it('reports on every version whose weights are kept, without resampling', async () => {
    const { source, node } = sourceOver();
    for (const version of [0, 1, head.version]) {
      const report = reportSchema.parse(await source.report(version));
      expect(report.version).to.equal(version);
    }
    expect(await source.report(head.version + 1)).to.equal(undefined);
    expect((await source.report(1))?.privacy).to.deep.equal({
      ...certificates[0]?.entry.privacy,
      accountant: 'gaussian',
      assumption: trustAssumption('record'),
    });
    const genesis = await source.report(0);
    expect(genesis).to.include({ round: 0, modelDigest: document.genesis.modelDigest, privacy: null });
    expect(node.asked).to.include({ intervals: 0, heldOut: 3 });

    const forgotten = certificates[1]?.entry;
    if (forgotten === undefined) throw new Error('there is a second round');
    node.forget(forgotten.modelDigest);
    expect(await source.report(forgotten.version)).to.equal(undefined);
    expect(await source.weights(forgotten.modelDigest)).to.equal(undefined);
  });

  it('answers weights as float64, little-endian', async () => {
    const { source } = sourceOver();
    const bytes = await source.weights(head.modelDigest);
    expect(bytes?.byteLength).to.equal(65 * 8);
  });

  it('tells of a chain that cannot be read by its code, never by its endpoint', async () => {
    const node = fakeNode();
    node.link = {} as ChainLink;
    const { source } = sourceOver(node, async () => {
      throw new BallastError('CHAIN_UNREACHABLE', 'https://user:key@rpc.example/v3/SECRET does not answer');
    });
    const error = await failure(() => source.parameters());
    expect(error.code).to.equal('NOT_READY');
    expect(error.message).to.include('CHAIN_UNREACHABLE').and.not.include('SECRET');
  });

  it('forecasts by the newest version, and says which', async () => {
    const { source } = sourceOver();
    const made = { version: head.version, modelDigest: head.modelDigest, input: 'public-feed' };
    expect(await source.predict.peg({})).to.include(made);
    expect(await source.predict.risk({})).to.include(made);
  });
});

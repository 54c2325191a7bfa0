import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestClient, http, parseEther } from 'viem';
import {
  type Anvil,
  type ChainReader,
  createWriter,
  devAccount,
  operatorRecord,
  registerNode,
  startAnvil,
} from '../../../contracts/client/index.ts';
import { withOutcome } from '../../../coordinator/entry.ts';
import {
  type Certificate,
  type Committee,
  decisionOf,
  encodeEvidence,
  entryDigest,
  equivocation,
  NO_STATE,
  type Offence,
  RoundLog,
  verifyEvidence,
} from '../../../coordinator/index.ts';
import { signEnvelope } from '../../../protocol/envelope.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { createKeystore, MIN_SCRYPT_COST, type OperatorIdentity } from '../../keys/index.ts';
import { PASSPHRASE } from '../../operator/test/support.ts';
import { EvidenceReporter, MAX_WAITING_ROUNDS } from '../../runtime/evidence-reporter.ts';
import { ChainLink, type NodeEvent } from '../../runtime/index.ts';
import { committeeOnChain, endpointOf, GENESIS } from '../../runtime/test/committee-on-chain.ts';
import { LevelStore } from '../../store/index.ts';
import { ballast as inProcess } from '../../test/e2e/in-process.ts';

const BOND = parseEther('1');
type Reported = Extract<NodeEvent, { event: 'reported' }>;

/** A network with bonds on a chain, whose log names offences and whose members keep proofs. */
describe('evidence on a chain', function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let reader: ChainReader;
  let document: NetworkDocument;
  let committee: Committee;
  let members: readonly OperatorIdentity[];
  let links: ChainLink[];
  let folder = '';
  const log: Certificate[] = [];
  const proofs = new Map<string, { readonly offence: Offence; readonly bytes: Uint8Array }>();
  const at = (index: number): OperatorIdentity => {
    const found = members[index];
    if (found === undefined) throw new Error('there are four members');
    return found;
  };
  const bondOf = async (index: number) =>
    (await operatorRecord(reader, document.contracts.nodeRegistry, devAccount(index + 1).address)).bond;
  const offence = (index: number, kind: string, byte: string) => ({
    node: at(index).nodeId,
    kind,
    evidence: byte.repeat(32),
  });

  function entryOf(
    round: number,
    offences: readonly ReturnType<typeof offence>[] = [],
  ): Certificate['entry'] {
    return {
      ...{ round, epoch: 0, parent: GENESIS, beacon: GENESIS, finalized: 1, nextBeaconHeight: 1 },
      ...{ baseVersion: round - 1, baseDigest: GENESIS, baseState: NO_STATE },
      updates: { root: GENESIS, sealed: 0, accepted: 0, selected: 0 },
      ...{ standing: GENESIS, offences: [...offences], nextCommittee: null, outcome: 'accepted', reason: '' },
      ...{ version: round, modelDigest: `0${round}`.repeat(32), stateDigest: NO_STATE },
      ...{ candidateDigest: `0${round}`.repeat(32), candidateState: NO_STATE },
      privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
    };
  }

  /** Ends a round with these offences in its entry. */
  async function decide(round: number, ...offences: ReturnType<typeof offence>[]): Promise<Certificate> {
    const entry = entryOf(round, offences);
    const signatures = await Promise.all(
      links.slice(0, committee.quorum).map(async ({ commitScheme, network }, index) => ({
        index,
        signature: await commitScheme.sign(decisionOf(network, entry, 0)),
      })),
    );
    const certificate = { entry, view: 0, signatures };
    log.push(certificate);
    return certificate;
  }

  /** Has a member commit to both outcomes of a round's entry, and keeps the proof. */
  async function equivocate(index: number, { entry }: Certificate): Promise<void> {
    const { commitScheme, network } = links[index] ?? (await open(index));
    const other = withOutcome(entry, 'rejected');
    const [first, second] = await Promise.all(
      [entry, other].map(async (each, seq) =>
        signEnvelope(
          {
            ...{ net: network, type: 'commit', round: entry.round, view: 0, seq, ts: seq, expiry: 600_000 },
            payload: {
              entry: entryDigest(each),
              signature: await commitScheme.sign(decisionOf(network, each, 0)),
            },
          },
          at(index).signer,
        ),
      ),
    );
    const evidence = first && second && equivocation(first, second);
    if (evidence === undefined) throw new Error('two commits are a proof');
    const bytes = encodeEvidence(evidence);
    const context = {
      ...{ network, parameters: document.parameters },
      ...{ isRegistered: () => true, committeeAt: () => committee },
    };
    const shown = verifyEvidence(bytes, context);
    proofs.set(shown.evidence, { offence: shown, bytes });
  }

  const open = (index: number) => ChainLink.open(document, anvil.rpcUrl, at(index).account);
  const reporterOf = async (index: number, told: Reported[]): Promise<EvidenceReporter> =>
    new EvidenceReporter(
      {
        self: at(index).nodeId,
        link: await open(index),
        participant: {
          head: { round: log.length } as never,
          certificate: async (round) => log[round - 1],
          get offences() {
            return [...proofs.values()].map((each) => each.offence);
          },
          proof: async (digest) => proofs.get(digest)?.bytes,
        },
        committeeOf: () => committee,
        emit: (event) => {
          if (event.event === 'reported') told.push(event);
        },
        onError: (error) => {
          throw error;
        },
      },
      { staggerMs: 150, retryMs: 50, attempts: 3 },
    );

  /** Members that report, each with what it finds, until none of them has anything left. */
  async function report(...indices: readonly number[]): Promise<Reported[]> {
    const told: Reported[] = [];
    const ending = new AbortController();
    const reporters = await Promise.all(indices.map((index) => reporterOf(index, told)));
    await Promise.all(reporters.map((reporter) => reporter.recall()));
    const running = reporters.map((reporter) => reporter.run(ending.signal));
    while (reporters.some(({ waiting }) => waiting.length > 0)) await sleep(20);
    ending.abort(new Error('done'));
    await Promise.allSettled(running);
    return told;
  }

  before(async () => {
    anvil = await startAnvil({ accounts: 10 });
    ({ document, committee, members, reader } = await committeeOnChain(anvil, 'evidence', 0x60));
    const bank = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
    for (const [i, identity] of members.entries()) {
      await bank.setBalance({ address: identity.account.address, value: parseEther('1') });
      const owner = createWriter(endpointOf(anvil), devAccount(i + 1));
      const keys = { node: identity.signer, signer: identity.account };
      await registerNode(reader, owner, document.contracts.nodeRegistry, { keys, bond: BOND });
    }
    links = await Promise.all(members.map((_, i) => open(i)));
    folder = await mkdtemp(join(tmpdir(), 'ballast-evidence-'));
  });

  after(async () => {
    await anvil?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is reported once by several members, of certified offences and of two votes', async () => {
    await decide(1, offence(0, 'false-ledger', '44'));
    await equivocate(1, await decide(2));
    const told = await report(0, 2, 3);
    expect(told.map(({ round, kind, status }) => [round, kind, status]).sort()).to.deep.equal([
      [1, 'false-ledger', 'reported'],
      [2, 'equivocation-vote', 'reported'],
    ]);
    expect([await bondOf(0), await bondOf(1)]).to.deep.equal([(BOND * 9n) / 10n, 0n]);
  });

  it('is not reported again after a start, by its own doer, or twice for an epoch', async () => {
    const count = () =>
      Promise.all(members.map(({ account: { address } }) => reader.getTransactionCount({ address })));
    await decide(3, offence(2, 'failed-audit', '55'));
    const before = await count();
    expect(await report(2), 'itself').to.deep.equal([]);
    expect((await report(3)).map(({ round }) => round)).to.deep.equal([3]);
    await decide(4, offence(0, 'failed-audit', '66'));
    const once = await count();
    expect(once.map((n, i) => n - (before[i] ?? 0))).to.deep.equal([0, 0, 0, 1]);
    expect(await report(0, 1, 3)).to.deep.equal([]);
    expect(await count()).to.deep.equal(once);
  });

  it('waits in a queue with an end', async () => {
    const reporter = await reporterOf(0, []);
    for (let round = 1; round <= MAX_WAITING_ROUNDS + 9; round++) reporter.note(round);
    expect(reporter.waiting).to.have.length(MAX_WAITING_ROUNDS);
    expect(reporter.waiting[0]).to.equal(10);
  });

  it('is listed and submitted from a stopped node’s folder, and to submit again sends nothing', async () => {
    await decide(5, offence(3, 'equivocation-header', '77'));
    const config = {
      ...{
        network: 'network.json',
        rpc: anvil.rpcUrl,
        keystore: 'keystore.json',
        dataDir: 'data',
        rounds: 9,
      },
      ...{ slice: FEED, publicFeed: FEED },
    };
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(join(folder, 'network.json'), JSON.stringify(document));
    const { account } = await createKeystore(join(folder, 'keystore.json'), PASSPHRASE, {
      scryptCost: MIN_SCRYPT_COST,
    });
    const bank = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
    await bank.setBalance({ address: account.address, value: parseEther('1') });
    const store = await LevelStore.open(join(folder, 'data', 'db'));
    const rounds = await RoundLog.open(store.sub('round'), { round: 0, entry: GENESIS } as never);
    await rounds.appendAll(log.map((certificate) => ({ certificate, roll: undefined })));
    for (const [digest, { bytes }] of proofs)
      await store.sub('round').write([{ type: 'put', key: `evidence/${digest}`, value: bytes }]);
    expect((await ballast('list', '--folder', folder)).err).to.match(/^ballast: .*a node runs on it/);
    await store.close();

    const { out } = await ballast('list', '--folder', folder);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => line.replace(/ 12D3\w+/, '').replace(/ [0-9a-f]{16}:/, ':'))).to.deep.equal([
      'round 1 false-ledger: punished',
      'round 2 equivocation-vote: punished',
      'round 3 failed-audit: punished',
      'round 4 failed-audit: settled',
      'round 5 equivocation-header: open',
    ]);
    const unknown = await ballast('submit', '99', '--folder', folder, '--yes');
    expect(unknown.err).to.match(/^ballast: evidence: got 99, /);
    const sent = await ballast('submit', '--folder', folder, '--yes', '--json');
    const { items } = JSON.parse(sent.out) as { readonly items: readonly Record<string, unknown>[] };
    expect(items).to.have.length(1);
    expect(items[0]).to.include({
      round: 5,
      kind: 'equivocation-header',
      basis: 'certified',
      status: 'reported',
    });
    expect(await bondOf(3)).to.equal((BOND * 9n) / 10n);
    const again = await ballast('submit', '--folder', folder, '--yes');
    expect([again.code, again.out]).to.deep.equal([0, 'nothing is open\n']);
    expect(await reader.getTransactionCount({ address: account.address })).to.equal(1);
  });
});

const FEED = { kind: 'generator', seed: 1, venue: 0, days: 700 };

const ballast = (...args: string[]) => inProcess(['evidence', ...args], { BALLAST_PASSPHRASE: PASSPHRASE });

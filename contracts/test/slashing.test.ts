import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { digestOf } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { roundEntry } from '../../protocol/round-entry.ts';
import * as client from '../client/index.ts';
import { bytesFromHex } from '../client/words.ts';

const BOND = 10n ** 18n;
const NETWORK = 'ab'.repeat(32);
const VECTORS = new URL('./vectors/offences.json', import.meta.url);
const BLS_SECRET = client.blsSecretKey(new Uint8Array(48).fill(7));

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    return error instanceof BallastError ? error.code : 'unknown';
  }
};

describe('slashing on a chain', function () {
  this.timeout(60_000);
  const members = [1, 2, 3, 4]
    .map((i) => ({ signer: client.devAccount(i), owner: client.devAccount(4 + i) }))
    .toSorted((a, b) => (a.signer.address.toLowerCase() < b.signer.address.toLowerCase() ? -1 : 1));
  const committee = members.map(({ signer }) => signer.address.toLowerCase());
  const nodes = members.map((_, i) => nodeSigner(new Uint8Array(32).fill(60 + i)));
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let reporter: client.ChainWriter;
  let contracts: client.Deployment;
  let slasher: string;

  const writerOf = (account: ReturnType<typeof client.devAccount>) =>
    client.createWriter({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 }, account);
  const domain = () => ({ chainId: anvil.chainId, contract: contracts.modelRegistry });
  const bondOf = async (i: number) =>
    (await client.operatorRecord(reader, contracts.nodeRegistry, members[i]?.owner.address ?? '')).bond;
  const decision: client.RoundDecision = {
    ...{ network: NETWORK, epoch: 0, round: 3, view: 1, outcome: 'accepted', version: 1 },
    ...{ modelDigest: '11'.repeat(32), entryDigest: '22'.repeat(32) },
  };
  const other: client.RoundDecision = { ...decision, modelDigest: '33'.repeat(32) };

  before(async () => {
    anvil = await client.startAnvil({ accounts: 10 });
    reader = client.createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
    const deployer = writerOf(client.devAccount(0));
    // A member's signer: what it reports is its owner's reward.
    reporter = writerOf(members[3]?.signer ?? client.devAccount(0));
    contracts = await client.deployContracts(reader, deployer, {
      minimumBond: BOND,
      unbondingDelaySeconds: 3600,
    });
    const genesis = { network: NETWORK, modelDigest: '6e'.repeat(32), committee };
    await client.initialiseModelRegistry(reader, deployer, contracts.modelRegistry, genesis);
    slasher = (await client.slasherOf(reader, contracts.nodeRegistry)) ?? '';
    for (const [i, { owner, signer }] of members.entries()) {
      const node = nodes[i];
      if (node === undefined) throw new Error('a node for every member');
      const keys = { node, signer };
      // The first keeps more than the minimum when a tenth is taken.
      const bond = i === 0 ? 2n * BOND : BOND;
      await client.registerNode(reader, writerOf(owner), contracts.nodeRegistry, { keys, bond });
    }
  });

  after(() => anvil?.stop());

  it('takes the bond of a member that voted twice in one view, once, and rewards the reporter', async () => {
    const signer = members[1]?.signer ?? client.devAccount(0);
    const votes = [
      await client.signRoundDecision(signer, domain(), decision),
      await client.signRoundDecision(signer, domain(), other),
    ] as const;
    const report = { decisions: [decision, other], votes, committee } as const;
    expect(await client.equivocatorOf(domain(), report)).to.equal(signer.address.toLowerCase());
    const same = { ...report, decisions: [decision, decision] } as const;
    expect(await codeOf(client.reportEquivocation(reader, reporter, slasher, same))).to.equal('NO_CONFLICT');
    await client.reportEquivocation(reader, reporter, slasher, report);
    expect(await bondOf(1)).to.equal(0n);
    // The same account finds its own transaction; another is refused.
    const known = await client.reportEquivocation(reader, reporter, slasher, report);
    expect(known.status).to.equal('success');
    const late = client.reportEquivocation(reader, writerOf(client.devAccount(8)), slasher, report);
    expect(await codeOf(late)).to.equal('ALREADY_PUNISHED');
    const offender = signer.address;
    expect(await client.votesStatus(reader, slasher, offender, decision)).to.equal('punished');
    const elsewhere = { ...decision, round: decision.round + 1 };
    expect(await client.votesStatus(reader, slasher, offender, elsewhere)).to.equal('open');
    const active = await client.registeredOperators(reader, contracts.nodeRegistry);
    expect(active.map(({ signer: each }) => each)).not.to.include(signer.address.toLowerCase());
    expect(await codeOf(client.collectRewards(reader, reporter, slasher))).to.equal('NOTHING_OWED');
    const rewarded = writerOf(members[3]?.owner ?? client.devAccount(0));
    const { address } = rewarded.account;
    const before = await reader.getBalance({ address });
    const { gasUsed, effectiveGasPrice } = await client.collectRewards(reader, rewarded, slasher);
    const after = await reader.getBalance({ address });
    expect(after - before + gasUsed * effectiveGasPrice).to.equal(BOND / 10n);
    expect(await codeOf(client.collectRewards(reader, rewarded, slasher))).to.equal('NOTHING_OWED');
  });

  it('does the same for votes with BLS', async () => {
    const signer = members[2]?.signer ?? client.devAccount(0);
    const key = client.blsPublicKey(BLS_SECRET);
    await client.registerBlsKey(reader, writerOf(signer), contracts.nodeRegistry, BLS_SECRET);
    const sign = (each: client.RoundDecision) =>
      client.signBls(BLS_SECRET, 'vote', client.roundDecisionDigest(domain(), each));
    const votes = [sign(decision), sign(other)] as const;
    const report = { decisions: [decision, other], votes, committee, key } as const;
    await client.reportEquivocation(reader, reporter, slasher, report);
    expect(await bondOf(2)).to.equal(0n);
  });

  it('takes a share for an offence that the committee certified, and not without a quorum', async () => {
    const { entries } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { entries: { bytes: `0x${string}` }[] };
    const template = roundEntry.parse(decodeCanonical(bytesFromHex(entries[0]?.bytes ?? '0x')));
    const offence = { node: nodes[0]?.nodeId ?? '', kind: 'false-ledger', evidence: '44'.repeat(32) };
    const entry = { ...template, offences: [offence] };
    const certified = { ...decision, entryDigest: digestOf('ballast/entry/3', entry) };
    const signatures = await Promise.all(
      members.slice(1).map(async ({ signer }, i) => ({
        index: i + 1,
        signature: await client.signRoundDecision(signer, domain(), certified),
      })),
    );
    const certificate = { decision: certified, committee, signatures };
    const report = { certificate, entry: encodeCanonical(entry), offence: 0 };
    const few = { ...report, certificate: { ...certificate, signatures: signatures.slice(1) } };
    expect(await codeOf(client.reportOffence(reader, reporter, slasher, few))).to.equal('QUORUM_NOT_REACHED');
    await client.reportOffence(reader, reporter, slasher, report);
    const rest = (2n * BOND * 9n) / 10n;
    expect(await bondOf(0)).to.equal(rest);
    const block = await reader.getBlockNumber();
    const replayed = await client.operatorsAt(reader, contracts.nodeRegistry, Number(block));
    expect(replayed.map(({ node, bond }) => ({ node, bond }))).to.deep.equal([
      { node: nodes[0]?.nodeId, bond: rest },
      { node: nodes[3]?.nodeId, bond: BOND },
    ]);
  });
});

import { expect } from 'chai';
import { decodeFunctionData, encodeFunctionData } from 'viem';
import { devnetFeedAbi } from '../../../contracts/client/generated/devnet-feed.ts';
import * as client from '../../../contracts/client/index.ts';
import { type Committee, createCommittee } from '../../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import { openReferenceCore } from '../../devnet/reference.ts';
import { DEFAULT_VOTING_SECONDS, devnetPeople, devnetSuite, FEE } from '../../devnet/suite.ts';
import { createIdentity, type OperatorIdentity } from '../../keys/index.ts';
import { registerOperator } from '../../operator/index.ts';
import { BreakerKeeper, KEEPING } from '../breaker-keeper.ts';
import { Conditions } from '../conditions.ts';
import { FeeAdvisor } from '../fee-advisor.ts';
import { ChainLink, type NodeEvent } from '../index.ts';
import { endpointOf, GENESIS } from './committee-on-chain.ts';
import { parametersOf } from './fixtures.ts';

const MEMBERS = 4;
const JUSTIFICATION = 'ab'.repeat(32);
/** Seconds that the override of the test lasts. */
const OVERRIDE = 600;

/** A whole committee on the whole suite: what it recommends, what people stop, and what it may only wish for. */
describe('the suite on a chain', function () {
  this.timeout(60_000);
  const people = devnetPeople();
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let at: client.AddressOf;
  let core: Awaited<ReturnType<typeof openReferenceCore>>;
  let document: NetworkDocument;
  let committee: Committee;
  let members: OperatorIdentity[];
  let round = 0;

  const writerOf = (account: Parameters<typeof client.createWriter>[1]) =>
    client.createWriter(endpointOf(anvil), account);
  const timeOfChain = async () => Number((await reader.getBlock()).timestamp);
  const passTime = async (seconds: number) => {
    await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
    await reader.request({ method: 'evm_mine' } as never);
  };
  const feeOnCore = async () => (await client.coreState(reader, core.core)).fee;

  before(async () => {
    anvil = await client.startAnvil();
    reader = client.createReader(endpointOf(anvil));
    const deployer = writerOf(people.deployer);
    const { contracts } = await client.deploySuite(reader, deployer, devnetSuite(await timeOfChain()));
    at = (name) => contracts.get(name) ?? '0x';
    core = await openReferenceCore(reader, writerOf(people.keeper), at);
    document = {
      name: 'suite',
      chain: `eip155:${anvil.chainId}`,
      contracts: {
        nodeRegistry: at('nodeRegistry'),
        modelRegistry: at('modelRegistry'),
        parameterRegistry: at('parameterRegistry'),
        controller: at('controller'),
      },
      bootstrap: [],
      genesis: { modelDigest: GENESIS, layout: GENESIS, beaconHeight: 1 },
      model: {},
      parameters: parametersOf(),
    };
    const identities = Array.from({ length: MEMBERS }, (_, i) =>
      createIdentity((length) => new Uint8Array(length).fill(0x70 + i)),
    );
    committee = createCommittee(
      0,
      identities.map(({ nodeId, account }) => ({
        node: nodeId,
        signer: account.address.toLowerCase() as `0x${string}`,
      })),
    );
    members = committee.members.flatMap(({ node }) => identities.filter(({ nodeId }) => nodeId === node));
    for (const [place, { account, signer: node }] of members.entries()) {
      await deployer.sendTransaction({ to: account.address, value: 10n ** 18n });
      const owner = writerOf(people.identities[place] ?? people.council);
      await registerOperator(reader, owner, {
        nodeRegistry: at('nodeRegistry'),
        keys: { node, signer: account },
      });
    }
    await client.initialiseModelRegistry(reader, deployer, at('modelRegistry'), {
      network: networkId(document),
      modelDigest: GENESIS,
      committee: committee.members.map(({ signer }) => signer),
      restorer: at('timelock'),
    });
  });
  after(() => anvil?.stop());

  /** A round of the whole committee. @returns what all its members told of it but their recommendations. */
  async function advise(forecastBp: number): Promise<NodeEvent[]> {
    await passTime(FEE.limits.cooldownSeconds + 1);
    round += 1;
    const events: NodeEvent[] = [];
    const advisors: FeeAdvisor[] = [];
    for (const { nodeId, account } of members) {
      advisors.push(
        new FeeAdvisor({
          link: await ChainLink.open(document, anvil.rpcUrl, account),
          committeeAt: () => committee,
          self: nodeId,
          account,
          forecast: async () => forecastBp,
          say: async (said, payload) => {
            for (const advisor of advisors) await advisor.receive(nodeId, said, payload);
          },
          emit: (event) => {
            if (event.event !== 'recommended') events.push(event);
          },
        }),
      );
    }
    const entry = {
      round,
      version: 0,
      modelDigest: GENESIS,
      finalized: Number(await reader.getBlockNumber()),
    };
    const stop = new AbortController();
    const certificate = { entry } as unknown as Parameters<FeeAdvisor['advise']>[0];
    const advising = advisors.map((advisor, turn) => advisor.advise(certificate, turn, stop.signal));
    await advising[0];
    stop.abort();
    await Promise.allSettled(advising);
    return events;
  }

  it('moves the fee of the core in the round’s own transaction, with the right sign, and records why', async () => {
    const { count } = await client.decisionLogHead(reader, at('decisionLog'));
    const before = await client.coreVault(reader, core.core, core.vault);
    const [fee, ...more] = await advise(-20);
    expect(more).to.deep.equal([]);
    expect(fee).to.deep.include({ event: 'fee', before: String(FEE.initial) });
    const raised = await feeOnCore();
    expect(raised > FEE.initial).to.equal(true);
    expect(fee).to.deep.include({ after: String(raised) });
    expect((await client.decisionLogHead(reader, at('decisionLog'))).count).to.equal(count + 1n);
    await advise(20);
    expect((await feeOnCore()) < raised).to.equal(true);
    const after = await client.coreVault(reader, core.core, core.vault);
    expect(after.debt > before.debt, 'interest').to.equal(true);
  });

  it('holds back with one line after a guardian, until governance has resumed and its delay is over', async () => {
    const [guardian, keeper] = [writerOf(people.guardian), writerOf(people.keeper)];
    await client.halt(reader, guardian, at('circuitBreaker'), { scope: 'all' });
    const fee = await feeOnCore();
    const [held, ...more] = await advise(-20);
    expect(more).to.deep.equal([]);
    expect(held).to.deep.include({ event: 'fee', transaction: null, heldBy: ['halt'] });

    const until = (await timeOfChain()) + OVERRIDE;
    const overriding = encodeFunctionData({
      abi: client.overrideModuleAbi,
      functionName: 'overrideParameter',
      args: [`0x${client.STABILITY_FEE}`, fee, until, `0x${JUSTIFICATION}`],
    });
    await decide([
      [at('circuitBreaker'), client.requestResumeData({ scope: 'all' })],
      [at('overrideModule'), overriding],
    ]);
    const early = await client
      .resume(reader, keeper, at('circuitBreaker'), { scope: 'all' })
      .catch((error: unknown) => error);
    expect(early).to.include({ code: 'RESUMPTION_TOO_EARLY' });
    await passTime(60);
    await client.resume(reader, keeper, at('circuitBreaker'), { scope: 'all' });
    const [blocked] = await advise(-20);
    expect(blocked).to.have.property('transaction', null);
    expect(JSON.stringify(blocked)).to.match(/"override, \d+ s left at the seal"/);
    expect(await feeOnCore()).to.equal(fee);

    await passTime(OVERRIDE);
    const [moved] = await advise(-20);
    expect(moved).to.have.property('transaction').that.is.a('string');
    expect((await feeOnCore()) > fee).to.equal(true);
  });

  it('makes a wish beyond the bounds one open proposal, whose calldata says exactly that', async () => {
    const bridge = at('governanceBridge');
    expect(await client.openParameterProposal(reader, bridge, client.STABILITY_FEE)).to.equal(undefined);
    const events = await advise(-1_000);
    const proposed = events.filter((event) => event.event === 'proposed');
    const current = await feeOnCore();
    const wish = BigInt(proposed[0]?.value ?? 0);
    expect(proposed).to.have.length(1);
    expect(wish > FEE.limits.max).to.equal(true);
    const open = await client.openParameterProposal(reader, bridge, client.STABILITY_FEE);
    expect(open).to.include({ status: 'pending', value: wish, proposer: committee.members[0]?.signer });
    expect((await advise(-1_000)).filter((event) => event.event === 'proposed')).to.deep.equal([]);
    expect(await client.openParameterProposal(reader, bridge, client.STABILITY_FEE)).to.deep.equal(open);
    expect(current <= FEE.limits.max).to.equal(true);

    const hash = proposed[0]?.transaction as `0x${string}`;
    const { input } = await reader.getTransaction({ hash });
    const { functionName, args = [] } = decodeFunctionData({ abi: client.governanceBridgeAbi, data: input });
    expect(functionName).to.equal('submitParameterProposal');
    const [parameter, value, justification, uri] = args;
    expect([parameter, value]).to.deep.equal([`0x${client.STABILITY_FEE}`, wish]);
    const explanation = decodeURIComponent(String(uri).slice('data:,'.length));
    expect(justification).to.equal(`0x${client.explanationDigest(explanation)}`);
    expect(explanation).to.match(/^forecast -1000 bp in 24 h, below target: fee rises/);
  });

  it('is observed by a keeper when it is due, halts on failed observations, and is left alone after that', async () => {
    const events: NodeEvent[] = [];
    const emit = (event: NodeEvent) => events.push(event);
    const [first] = members;
    if (first === undefined) throw new Error('no member');
    const link = await ChainLink.open(document, anvil.rpcUrl, first.account);
    const conditions = new Conditions({ emit, now: () => 0 });
    const keeper = new BreakerKeeper(KEEPING, { link, turn: () => 0, conditions, emit });
    const { signal } = new AbortController();
    const told = () => events.splice(0).map((event) => ('code' in event ? event.code : event.event));
    const sent = () => reader.getTransactionCount({ address: first.account.address });
    const writeFeed = async (answer: bigint) => {
      const data = encodeFunctionData({ abi: devnetFeedAbi, functionName: 'write', args: [answer] });
      const call = { to: at('pegFeed'), data };
      await client.transactionsOf(reader, writerOf(people.keeper)).send({ what: 'write the feed', call });
    };

    expect(await keeper.keep(signal)).to.be.within(8_000, 10_000);
    expect(events).to.have.length(1);
    const usable = { level: 0, severity: 0, isUsable: true, pegPrice: String(10n ** 18n) };
    expect(events.splice(0)[0]).to.deep.include({ event: 'observed', ...usable });
    const before = await sent();
    await keeper.keep(signal);
    expect([told(), await sent()]).to.deep.equal([[], before]);

    await writeFeed(0n);
    for (let i = 0; i < 3; i++) {
      await passTime(10);
      await keeper.keep(signal);
    }
    const failed = events.splice(0);
    const [condition, ...further] = failed.filter((event) => event.event === 'condition');
    expect(further).to.deep.equal([]);
    expect(condition?.message).to.equal('oracle: no price of the coin: not positive');
    expect(failed.filter((event) => event.event === 'observed' && !event.isUsable)).to.have.length(3);
    expect(failed.at(-1)).to.deep.include({
      event: 'halted',
      causes: ['oracle-failure'],
      severity: 0,
      halted: ['risk-raising', 'minting'],
    });
    await passTime(20);
    const halted = await sent();
    expect(await keeper.keep(signal)).to.equal(KEEPING.mostPauseMs);
    expect([told(), await sent()]).to.deep.equal([[], halted]);

    await writeFeed(97_000_000n);
    for (let i = 0; i < 3; i++) {
      await passTime(15);
      await keeper.keep(signal);
    }
    expect(told()).to.deep.equal(['ORACLE_UNUSABLE', 'observed', 'observed', 'observed', 'halted']);
    const status = await client.breakerStatus(reader, at('circuitBreaker'));
    expect(status).to.deep.include({ severity: 4, riskRaising: true, isMintingHalted: true });
    const target = { scope: 'minting', collateral: client.parameterId('ETH') } as const;
    await client.halt(reader, writerOf(people.guardian), at('circuitBreaker'), target);
    const halts = await client.standingHalts(reader, at('circuitBreaker'));
    expect(halts.map((halt) => [client.haltText(halt.target), halt.kind, halt.by])).to.deep.equal([
      ['risk-raising', 'oracle-failure', at('circuitBreaker')],
      ['minting', 'oracle-failure', at('circuitBreaker')],
      ['vulnerable-minting', 'severity', at('circuitBreaker')],
      ['minting of ETH', 'guardian', people.guardian.address.toLowerCase()],
    ]);
    const since = halts.map((halt) => halt.since);
    expect(since).to.deep.equal(since.toSorted((a, b) => a - b));
    expect(since.at(-1)).to.equal(await timeOfChain());
  });

  /** The whole way of an emergency action through the governor. */
  async function decide(calls: readonly (readonly [`0x${string}`, `0x${string}`])[]): Promise<void> {
    const [first = people.council] = people.identities;
    const to = { reader, writer: writerOf(first), governor: at('governor') };
    await client.depositBond(to, 10n ** 18n);
    const { proposalId, proposal } = await client.submitProposal(
      to,
      {
        type: 'emergency_action',
        calls: calls.map(([target, data]) => ({ target, value: 0n, data })),
        justification: JUSTIFICATION,
        text: 'A drill.',
      },
      { contracts: client.governedContracts(Object.fromEntries(governed())) },
    );
    await passTime(2);
    for (const identity of people.identities)
      await client.castVote({ ...to, writer: writerOf(identity) }, { proposalId, support: 'for', votes: 4 });
    await passTime(DEFAULT_VOTING_SECONDS + 1);
    await client.queueProposal(to, proposal);
    await passTime(3);
    await client.executeProposal(to, proposal);
  }

  const governed = () => Object.keys(client.GOVERNED_CONTRACTS).map((name) => [name, at(name)] as const);
});

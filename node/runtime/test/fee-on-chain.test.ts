import { expect } from 'chai';
import { createTestClient, http } from 'viem';
import {
  type Anvil,
  applyRecommendations,
  ContractRevertError,
  configureParameter,
  createReader,
  createWriter,
  devAccount,
  disputeVersion,
  explanationDigest,
  type ParameterLimits,
  parameterState,
  publishModel,
  type RoundDecision,
  readDecisions,
  resolveDispute,
  STABILITY_FEE,
  setParameterLimits,
  signRecommendation,
  signRoundDecision,
  startAnvil,
  suiteOf,
  WAD_PER_YEAR,
} from '../../../contracts/client/index.ts';
import type { Committee } from '../../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import type { OperatorIdentity } from '../../keys/index.ts';
import { FeeAdvisor } from '../fee-advisor.ts';
import { ChainLink, type NodeEvent } from '../index.ts';
import { committeeOnChain, endpointOf, GENESIS } from './committee-on-chain.ts';

const bps = (n: number) => BigInt(n) * 10n ** 14n;
const LIMITS: ParameterLimits = {
  min: bps(490),
  max: bps(510),
  stepUp: bps(100),
  stepDown: bps(100),
  budgetUp: bps(300),
  budgetDown: bps(300),
  cooldownSeconds: 0,
  windowSeconds: 604_800,
  risk: 'both',
  haltClass: 0,
  isWired: false,
};

/** The advisors of a whole committee on a real chain, whose recommendations reach each other at once. */
describe('fee advisors on a chain', function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let document: NetworkDocument;
  let committee: Committee;
  let members: readonly OperatorIdentity[];
  const endpoint = () => endpointOf(anvil);
  const state = () => parameterState(createReader(endpoint()), document.contracts, STABILITY_FEE);

  /** Makes a network of its own, whose fee may be moved. */
  async function prepare(
    name: string,
    keys: number,
    limits = LIMITS,
    disputes?: { window: number; bond: bigint },
  ) {
    const restorer = disputes === undefined ? undefined : devAccount(0).address;
    const network = await committeeOnChain(anvil, name, keys, restorer, disputes);
    ({ document, committee, members } = network);
    const { reader, owner } = network;
    await configureParameter(reader, owner, document.contracts, {
      parameter: STABILITY_FEE,
      unit: WAD_PER_YEAR,
      value: bps(500),
      limits,
    });
    for (const { account } of members) {
      const hash = await owner.sendTransaction({ to: account.address, value: 10n ** 18n });
      await reader.waitForTransactionReceipt({ hash });
    }
    return network;
  }

  before(async () => {
    anvil = await startAnvil();
    await prepare('fees', 0x30);
  });

  after(() => anvil?.stop());

  /** Whose forecast was asked for, and which models must not be forgotten. */
  let asked: { readonly digest: string; readonly kept: readonly string[] } | undefined;

  async function advise(
    forecastBp: number,
    last: { readonly version: number; readonly modelDigest: string } = { version: 0, modelDigest: GENESIS },
  ): Promise<NodeEvent[]> {
    const height = Number(await createReader(endpoint()).getBlockNumber());
    const events: NodeEvent[] = [];
    const advisors: FeeAdvisor[] = [];
    for (const [turn, { nodeId, account }] of members.entries()) {
      advisors.push(
        new FeeAdvisor({
          link: await ChainLink.open(document, anvil.rpcUrl, account),
          committeeAt: () => committee,
          self: nodeId,
          account,
          forecast: async (_round, digest) => {
            asked = { digest, kept: asked?.kept ?? [] };
            return forecastBp;
          },
          onCited: (kept) => {
            asked = { digest: '', kept };
          },
          say: async (round, payload) => {
            for (const advisor of advisors) await advisor.receive(nodeId, round, payload);
          },
          emit: (event) => {
            if (turn === 0 || event.event === 'fee') events.push(event);
          },
        }),
      );
    }
    const entry = { round: 1, ...last, finalized: height };
    const certificate = { entry } as unknown as Parameters<FeeAdvisor['advise']>[0];
    const stop = new AbortController();
    const advising = advisors.map((advisor, turn) => advisor.advise(certificate, turn, stop.signal));
    await advising[0];
    stop.abort();
    await Promise.allSettled(advising);
    return events;
  }

  for (const [forecastBp, bound, side] of [
    [-1_000, LIMITS.max, 'maximum'],
    [1_000, LIMITS.min, 'minimum'],
  ] as const) {
    it(`brings a wish far beyond the ${side} to the ${side}, says so, and the chain takes it`, async () => {
      const [recommended, fee] = await advise(forecastBp);
      expect(recommended).to.deep.include({
        event: 'recommended',
        value: String(bound),
        heldBy: ['step', side],
      });
      if (recommended?.event !== 'recommended') throw new Error('recommended comes first');
      expect(recommended.explanation).to.include(side);
      expect(BigInt(recommended.wish) > LIMITS.max || BigInt(recommended.wish) < LIMITS.min).to.equal(true);
      expect(fee).to.deep.include({ event: 'fee', after: String(bound), heldBy: ['step', side] });
      expect((await state()).value).to.equal(bound);

      const before = await state();
      const update = {
        network: networkId(document),
        sequence: before.sequence + 1,
        modelVersion: 0,
        modelDigest: GENESIS,
        transcript: GENESIS,
        expiry: Number((await createReader(endpoint()).getBlock()).timestamp) + 600,
        parameters: [{ parameter: STABILITY_FEE, expected: before.value }],
      };
      const own = {
        values: [side === 'maximum' ? bound + 1n : bound - 1n],
        explanation: explanationDigest('beyond'),
      };
      const domain = { chainId: anvil.chainId, contract: document.contracts.controller };
      const votes = await Promise.all(
        members.slice(0, committee.quorum).map(async ({ account }, index) => ({
          index,
          ...own,
          signature: await signRecommendation(account, domain, { ...update, ...own }),
        })),
      );
      const refusal = await applyRecommendations(
        createReader(endpoint()),
        createWriter(endpoint(), devAccount(0)),
        document.contracts.controller,
        { update, votes, committee: committee.members.map(({ signer }) => signer) },
      ).catch((error: unknown) => error);
      if (!(refusal instanceof ContractRevertError)) throw new Error('a quorum may not widen the bounds');
      expect(refusal.code).to.equal(side === 'maximum' ? 'VALUE_ABOVE_MAXIMUM' : 'VALUE_BELOW_MINIMUM');
      expect(refusal.metadata).to.deep.equal({
        id: STABILITY_FEE,
        value: String(own.values[0]),
        [side === 'maximum' ? 'max' : 'min']: String(bound),
      });
      expect(await state()).to.deep.equal(before);
    });
  }

  describe('under a dispute window', () => {
    const WIDE = { ...LIMITS, min: 0n, max: bps(5_000), budgetUp: bps(4_000), budgetDown: bps(4_000) };
    const WINDOW = 3_600;
    const BOND = 10n ** 15n;
    const digest = (version: number) => version.toString(16).padStart(64, 'd');
    let network: Awaited<ReturnType<typeof prepare>>;
    const registry = () => document.contracts.modelRegistry;
    const passTime = async (seconds: number) => {
      const chain = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
      await chain.increaseTime({ seconds });
      await chain.mine({ blocks: 1 });
    };

    /** @returns what a round says that ends with it. */
    async function publish(version: number) {
      const last = { version, modelDigest: digest(version) };
      const decision: RoundDecision = {
        ...{ network: networkId(document), epoch: 0, round: version, view: 0, outcome: 'accepted' },
        ...{ ...last, entryDigest: digest(100 + version) },
      };
      const domain = { chainId: anvil.chainId, contract: registry() };
      const signatures = await Promise.all(
        members.slice(0, committee.quorum).map(async ({ account }, index) => ({
          index,
          signature: await signRoundDecision(account, domain, decision),
        })),
      );
      const certificate = { decision, committee: committee.members.map(({ signer }) => signer), signatures };
      await publishModel(network.reader, network.owner, registry(), certificate);
      return last;
    }

    /** The version that the last decision cites. */
    async function cited(): Promise<number | undefined> {
      const { decisionLog } = await suiteOf(network.reader, document.contracts.parameterRegistry);
      const { entries } = await readDecisions(network.reader, decisionLog);
      const last = entries.filter((entry) => entry.type === 'record').at(-1);
      return last === undefined ? undefined : Number(last.provenance.modelVersion);
    }

    const feeOf = (events: readonly NodeEvent[]) => events.find(({ event }) => event === 'fee');

    before(async () => {
      network = await prepare('disputes', 0x50, WIDE, { window: WINDOW, bond: BOND });
    });

    it('cite the last active version, forecast with it, and ask for what may be cited next to be kept', async () => {
      const first = await publish(1);
      expect(feeOf(await advise(-10, first)))
        .to.have.property('transaction')
        .that.is.a('string');
      expect([await cited(), asked]).to.deep.equal([0, { digest: GENESIS, kept: [GENESIS, digest(1)] }]);
      await passTime(WINDOW);
      const second = await publish(2);
      expect(feeOf(await advise(-10, second)))
        .to.have.property('transaction')
        .that.is.a('string');
      expect([await cited(), asked]).to.deep.equal([1, { digest: digest(1), kept: [digest(1), digest(2)] }]);
    });

    it('move nothing that raises risk while a later version is disputed, and go on with what lowers it', async () => {
      const { reader, owner } = network;
      const disputer = createWriter(endpoint(), devAccount(2));
      const last = { version: 2, modelDigest: digest(2) };
      await disputeVersion(reader, disputer, registry(), { version: 2, evidence: digest(9) });
      await passTime(2 * WINDOW);
      const before = (await state()).value;
      expect(feeOf(await advise(-10, last))).to.deep.include({ transaction: null, heldBy: ['dispute'] });
      await setParameterLimits(reader, owner, document.contracts.parameterRegistry, {
        parameter: STABILITY_FEE,
        limits: { ...WIDE, risk: 'up' },
      });
      expect(feeOf(await advise(-10, last))).to.deep.include({ transaction: null, heldBy: ['dispute'] });
      expect((await state()).value).to.equal(before);
      expect(feeOf(await advise(10, last)))
        .to.have.property('transaction')
        .that.is.a('string');
      expect((await state()).value < before).to.equal(true);
      expect(await cited()).to.equal(1);
    });

    it('cite a version once the dispute about it is dismissed', async () => {
      const { reader, owner } = network;
      await resolveDispute(reader, owner, registry(), { version: 2, isUpheld: false, reason: 'sound' });
      expect(feeOf(await advise(-10, await publish(3))))
        .to.have.property('transaction')
        .that.is.a('string');
      expect([await cited(), asked?.digest]).to.deep.equal([2, digest(2)]);
    });
  });
});

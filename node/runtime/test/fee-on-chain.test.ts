import { expect } from 'chai';
import {
  type Anvil,
  applyRecommendations,
  ContractRevertError,
  configureParameter,
  createReader,
  createWriter,
  devAccount,
  explanationDigest,
  type ParameterLimits,
  parameterState,
  STABILITY_FEE,
  signRecommendation,
  startAnvil,
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

  before(async () => {
    anvil = await startAnvil();
    const network = await committeeOnChain(anvil, 'fees', 0x30);
    ({ document, committee, members } = network);
    const { reader, owner } = network;
    await configureParameter(reader, owner, document.contracts, {
      parameter: STABILITY_FEE,
      unit: WAD_PER_YEAR,
      value: bps(500),
      limits: LIMITS,
    });
    for (const { account } of members) {
      const hash = await owner.sendTransaction({ to: account.address, value: 10n ** 18n });
      await reader.waitForTransactionReceipt({ hash });
    }
  });

  after(() => anvil?.stop());

  async function advise(forecastBp: number): Promise<NodeEvent[]> {
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
          forecast: async () => forecastBp,
          say: async (round, payload) => {
            for (const advisor of advisors) await advisor.receive(nodeId, round, payload);
          },
          emit: (event) => {
            if (turn === 0 || event.event === 'fee') events.push(event);
          },
        }),
      );
    }
    const entry = { round: 1, version: 0, modelDigest: GENESIS, finalized: height };
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
});

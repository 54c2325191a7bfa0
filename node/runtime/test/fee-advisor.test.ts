import { expect } from 'chai';
import { decodeFunctionData, encodeErrorResult, type Hex, parseTransaction } from 'viem';
import {
  boundedAutonomyControllerAbi as abi,
  NOBODY_KNOWS,
  type ParameterUpdate,
  parameterRegistryAbi,
  STABILITY_FEE,
  signRecommendation,
} from '../../../contracts/client/index.ts';
import { createCommittee, entryDigest } from '../../../coordinator/index.ts';
import type { Payload } from '../../../protocol/messages.ts';
import { createIdentity } from '../../keys/index.ts';
import { FeeAdvisor } from '../fee-advisor.ts';
import type { ChainLink, NodeEvent } from '../index.ts';
import { parametersOf } from './fixtures.ts';

type Recommendation = Payload<'recommendation'>;

const CONTROLLER = `0x${'c'.repeat(40)}`;
const CHAIN_ID = 31_337;
const NETWORK = 'ab'.repeat(32);
const MODEL = 'cd'.repeat(32);
const bps = (n: number) => BigInt(n) * 10n ** 14n;
const LIMITS = {
  min: bps(50),
  max: bps(1_500),
  stepUp: bps(25),
  stepDown: bps(25),
  budgetUp: bps(300),
  budgetDown: bps(300),
  cooldown: 6,
  window: 604_800,
  risk: 0,
  class: 0,
  isWired: false,
};
const NOW = 1_800_000_000;
const EXPIRY = 1_700_000_000 + 3_600;

const identities = Array.from({ length: 4 }, (_, i) =>
  createIdentity((length) => new Uint8Array(length).fill(i + 1)),
);
const committee = createCommittee(
  0,
  identities.map(({ nodeId, account }) => ({
    node: nodeId,
    signer: account.address.toLowerCase() as `0x${string}`,
  })),
);
/** In the committee's order. */
const members = committee.members.map(({ node }) => {
  const identity = identities.find(({ nodeId }) => nodeId === node);
  if (identity === undefined) throw new Error('every member has an identity');
  return identity;
});
const [SELF, ...OTHERS] = members as [(typeof members)[number], ...typeof members];

/** A chain of one parameter that takes what it is given, or refuses with an error's data. */
class FakeChain {
  value = bps(500);
  sequence = 2;
  readyAt = 0;
  /** How far the chain lets a change go; undefined for a whole step. */
  reach: { readonly up: bigint; readonly down: bigint } | undefined;
  overriddenUntil = 0;
  sent: readonly bigint[][] = [];
  refusal: Hex | undefined;

  get isClosed(): boolean {
    return this.readyAt > EXPIRY - 3_600;
  }

  get link(): ChainLink {
    const results: Record<string, () => unknown> = {
      parameters: () => [this.value, `0x${Buffer.from('wad/year').toString('hex').padEnd(64, '0')}`],
      limitsOf: () => LIMITS,
      allowed: () => ({
        lowest: this.value - (this.isClosed ? 0n : (this.reach?.down ?? LIMITS.stepDown)),
        highest: this.value + (this.isClosed ? 0n : (this.reach?.up ?? LIMITS.stepUp)),
        fallReadyAt: this.readyAt,
        riseReadyAt: this.readyAt,
      }),
      stateOf: () => ({ overriddenUntil: this.overriddenUntil }),
      sequence: () => BigInt(this.sequence),
      DISPUTE_WINDOW: () => 0n,
    };
    const reader = {
      chain: { id: CHAIN_ID },
      getBlockNumber: async () => 10n,
      getBlock: async () => ({ timestamp: BigInt(NOW), baseFeePerGas: 1n }),
      estimateMaxPriorityFeePerGas: async () => 1n,
      estimateGas: async () => 21_000n,
      getTransactionCount: async () => this.sent.length,
      readContract: async ({ functionName }: { functionName: string }) => results[functionName]?.(),
      call: async () => {
        if (this.refusal !== undefined) throw Object.assign(new Error('reverted'), { data: this.refusal });
      },
      pollingInterval: 1,
      getTransactionReceipt: async ({ hash }: { hash: Hex }) => ({
        status: 'success',
        transactionHash: hash,
        gasUsed: 1n,
      }),
    };
    const writer = {
      chain: { id: CHAIN_ID },
      account: SELF.account,
      sendRawTransaction: async ({ serializedTransaction }: { serializedTransaction: Hex }) => {
        const { data = '0x' } = parseTransaction(serializedTransaction);
        const { args } = decodeFunctionData({ abi, data });
        const votes = args?.[1] as readonly { values: readonly bigint[] }[];
        const values = votes.map(({ values: [value] }) => value ?? 0n);
        this.sent = [...this.sent, values];
        this.value = values[Math.floor((votes.length - 1) / 2)] ?? 0n;
        this.sequence += 1;
        return `0x${'e'.repeat(64)}`;
      },
    };
    return {
      document: {
        contracts: { controller: CONTROLLER, parameterRegistry: CONTROLLER, modelRegistry: CONTROLLER },
        parameters: parametersOf(),
      },
      network: NETWORK,
      reader,
      writer,
      awaitVersion: async () => undefined,
      timestampAt: async () => EXPIRY - 3_600,
    } as unknown as ChainLink;
  }
}

const ROUND = 7;
const certificate = {
  entry: { round: ROUND, version: 5, modelDigest: MODEL, finalized: 37 },
} as unknown as Parameters<FeeAdvisor['advise']>[0];

function setting(forecastBp: number) {
  const chain = new FakeChain();
  const events: NodeEvent[] = [];
  const said: Recommendation[] = [];
  const advisor = new FeeAdvisor({
    link: chain.link,
    committeeAt: () => committee,
    self: SELF.nodeId,
    account: SELF.account,
    forecast: async () => forecastBp,
    say: async (_, recommendation) => {
      said.push(recommendation);
    },
    emit: (event) => events.push(event),
  });
  const advise = (signal = new AbortController().signal) => advisor.advise(certificate, 0, signal);
  const fee = () => events.find((event) => event.event === 'fee');
  return { chain, advisor, events, said, advise, fee };
}

async function recommendation(
  by: (typeof members)[number],
  value: bigint,
  fields: Partial<ParameterUpdate> = {},
): Promise<Recommendation> {
  const update: ParameterUpdate = {
    network: NETWORK,
    sequence: 3,
    modelVersion: 5,
    modelDigest: MODEL,
    transcript: entryDigest(certificate.entry),
    expiry: EXPIRY,
    parameters: [{ parameter: STABILITY_FEE, expected: bps(500) }],
    ...fields,
  };
  const domain = { chainId: CHAIN_ID, contract: CONTROLLER };
  const own = { values: [value], explanation: MODEL };
  const signature = await signRecommendation(by.account, domain, { ...update, ...own });
  const { network: _, parameters, ...payload } = update;
  const changes = parameters.map(({ parameter, expected }) => ({
    parameter,
    expected: String(expected),
    value: String(value),
  }));
  return { ...payload, changes, explanation: MODEL, signature };
}

function altered(good: Recommendation, field: 'value' | 'expected', amount: bigint): Recommendation {
  return { ...good, changes: good.changes.map((change) => ({ ...change, [field]: String(amount) })) };
}

describe('fee advisor', function () {
  this.timeout(20_000);

  it('recommends inside the limits, says so, and applies the lower median of the committee', async () => {
    const { chain, advisor, events, said, advise, fee } = setting(-100);
    const values = [bps(525), bps(505), bps(515)];
    for (const [i, other] of OTHERS.entries()) {
      expect(
        await advisor.receive(other.nodeId, ROUND, await recommendation(other, values[i] ?? 0n)),
      ).to.equal(true);
    }
    await advise();
    // 100 bp below target asks for 200 bp more; a step of 25 bp is allowed.
    expect(events[0]).to.deep.include({
      event: 'recommended',
      round: 7,
      current: String(bps(500)),
      wish: String(bps(700)),
      value: String(bps(525)),
      heldBy: ['step'],
    });
    expect(
      said.map(({ changes, sequence, expiry }) => ({ value: changes[0]?.value, sequence, expiry })),
    ).to.deep.equal([{ value: String(bps(525)), sequence: 3, expiry: EXPIRY }]);
    expect(chain.sent).to.deep.equal([[bps(505), bps(515), bps(525), bps(525)]]);
    expect(fee()).to.deep.include({ before: String(bps(500)), after: String(bps(515)), heldBy: ['step'] });
  });

  it('takes no recommendation that the chain would not take', async () => {
    const { advisor } = setting(0);
    const [first, second] = OTHERS as [(typeof members)[number], (typeof members)[number]];
    const good = await recommendation(first, bps(510));
    expect(await advisor.receive(second.nodeId, ROUND, good), 'another member’s').to.equal(false);
    const stranger = createIdentity((length) => new Uint8Array(length).fill(77));
    expect(await advisor.receive(stranger.nodeId, ROUND, await recommendation(stranger, bps(510)))).to.equal(
      false,
    );
    expect(await advisor.receive(first.nodeId, ROUND, altered(good, 'value', bps(511)))).to.equal(false);
    expect(await advisor.receive(first.nodeId, ROUND, { ...good, expiry: good.expiry + 1 })).to.equal(false);
    const elsewhere = await recommendation(first, bps(510), { network: 'ef'.repeat(32) });
    expect(await advisor.receive(first.nodeId, ROUND, elsewhere), 'of another network').to.equal(false);
    for (const field of ['value', 'expected'] as const) {
      const beyond = altered(good, field, 2n ** 64n);
      expect(await advisor.receive(first.nodeId, ROUND, beyond), `${field} of 65 bits`).to.equal(false);
    }
    expect(await advisor.receive(first.nodeId, ROUND, good)).to.equal(true);
  });

  it('hands in the others’ recommendations though a member floods with updates of its own making', async () => {
    const { chain, advisor, advise } = setting(-100);
    const [first, second, liar] = OTHERS as [
      (typeof members)[number],
      (typeof members)[number],
      (typeof members)[number],
    ];
    for (const other of [first, second]) {
      await advisor.receive(other.nodeId, ROUND, await recommendation(other, bps(510)));
    }
    for (let i = 0; i < 100; i++) {
      await advisor.receive(
        liar.nodeId,
        ROUND,
        await recommendation(liar, bps(510), { expiry: EXPIRY + 1 + i }),
      );
    }
    await advise();
    expect(chain.sent).to.deep.equal([[bps(510), bps(510), bps(525)]]);
  });

  it('keeps a bounded number of a member’s recommendations: the newest', async () => {
    const { chain, advisor, advise } = setting(-100);
    const [first, second, third] = OTHERS as [
      (typeof members)[number],
      (typeof members)[number],
      (typeof members)[number],
    ];
    await advisor.receive(first.nodeId, ROUND, await recommendation(first, bps(510)));
    await advisor.receive(second.nodeId, ROUND, await recommendation(second, bps(510)));
    await advisor.receive(third.nodeId, ROUND, await recommendation(third, bps(1)));
    for (let i = 0; i < 8; i++) {
      await advisor.receive(third.nodeId, ROUND, await recommendation(third, bps(1), { sequence: 50 + i }));
    }
    await advise();
    expect(chain.sent).to.deep.equal([[bps(510), bps(510), bps(525)]]);
  });

  it('sends nothing where the median is the value in force, and says what held it', async () => {
    const inside = setting(0.2);
    for (const other of OTHERS) {
      await inside.advisor.receive(other.nodeId, ROUND, await recommendation(other, bps(500)));
    }
    await inside.advise();
    expect(inside.chain.sent).to.deep.equal([]);
    expect(inside.fee()).to.deep.include({ transaction: null, heldBy: ['dead-band'] });
    const outvoted = setting(-0.6);
    for (const other of OTHERS) {
      await outvoted.advisor.receive(other.nodeId, ROUND, await recommendation(other, bps(500)));
    }
    await outvoted.advise();
    expect(outvoted.fee()).to.deep.include({ transaction: null, heldBy: ['no change wished'] });
  });

  it('tells how long a cooldown lasts, and passes every other refusal on in the contract’s words', async () => {
    const id = `0x${STABILITY_FEE}` as const;
    const refusals = [
      [
        encodeErrorResult({
          abi: parameterRegistryAbi,
          errorName: 'CooldownActive',
          args: [id, BigInt(NOW + 5)],
        }),
        /^cooldown, 5 s left$/,
      ],
      [
        encodeErrorResult({
          abi: parameterRegistryAbi,
          errorName: 'ValueAboveMaximum',
          args: [id, bps(525), bps(520)],
        }),
        new RegExp(`ValueAboveMaximum.*${bps(520)}`),
      ],
    ] as const;
    for (const [data, text] of refusals) {
      const { chain, advisor, advise, fee } = setting(-100);
      for (const other of OTHERS)
        await advisor.receive(other.nodeId, ROUND, await recommendation(other, bps(525)));
      chain.refusal = data;
      await advise();
      expect(chain.sent).to.deep.equal([]);
      expect(fee()?.heldBy[0]).to.match(text);
      expect(fee()).to.deep.include({ before: String(bps(500)), after: String(bps(500)), transaction: null });
    }
  });

  it('tries nothing while the parameter cools down at the block that all read', async () => {
    const { chain, advise, said, fee, events } = setting(-100);
    chain.readyAt = EXPIRY - 3_600 + 2;
    await advise();
    expect(fee()).to.deep.include({ transaction: null, heldBy: ['cooldown, 2 s left at the seal'] });
    expect(events.map(({ event }) => event)).to.deep.equal(['recommended', 'fee']);
    expect([said, chain.sent]).to.deep.equal([[], []]);
  });

  it('asks for no more than the chain takes now, and records the wish', async () => {
    for (const [forecast, reach, expected] of [
      [-100, { up: bps(7), down: 0n }, bps(507)],
      [100, { up: 0n, down: bps(3) }, bps(497)],
    ] as const) {
      const { chain, advisor, events, said, advise } = setting(forecast);
      chain.reach = reach;
      for (const other of OTHERS)
        await advisor.receive(other.nodeId, ROUND, await recommendation(other, expected));
      await advise();
      expect(said[0]?.changes[0]?.value).to.equal(String(expected));
      expect(events[0]).to.deep.include({
        value: String(expected),
        wish: String(bps(500) - BigInt(forecast) * bps(2)),
        heldBy: ['step', 'budget'],
      });
    }
  });

  for (const [what, alter, text] of [
    ['halted', { readyAt: NOBODY_KNOWS }, 'halt'],
    ['overridden', { readyAt: EXPIRY, overriddenUntil: EXPIRY }, 'override, 3600 s left at the seal'],
    ['out of budget', { readyAt: EXPIRY }, 'budget, 3600 s left at the seal'],
  ] as const) {
    it(`tries nothing while the parameter is ${what}`, async () => {
      const { chain, advise, said, fee, events } = setting(-100);
      Object.assign(chain, alter);
      await advise();
      expect(fee()).to.deep.include({ transaction: null, heldBy: [text] });
      expect(events[0]).to.deep.include({ value: String(bps(500)), wish: String(bps(700)) });
      expect([said, chain.sent]).to.deep.equal([[], []]);
    });
  }

  it('says that another change came first', async () => {
    const { chain, advisor, advise, events, fee } = setting(-100);
    for (const other of OTHERS)
      await advisor.receive(other.nodeId, ROUND, await recommendation(other, bps(525)));
    const advising = advise();
    // After the recommendation and before it is applied, somebody else applies.
    const watch = setInterval(() => {
      if (events.length > 0) chain.sequence = 3;
    }, 0);
    await advising.finally(() => clearInterval(watch));
    expect(chain.sent).to.deep.equal([]);
    expect(fee()).to.deep.include({ transaction: null, heldBy: ['a change newer than the seal'] });
  });

  it('changes nothing without a quorum, and says how many agreed', async () => {
    const { chain, advisor, advise, fee } = setting(-100);
    const [first, second] = OTHERS as [(typeof members)[number], (typeof members)[number]];
    await advisor.receive(first.nodeId, ROUND, await recommendation(first, bps(510)));
    await advisor.receive(
      second.nodeId,
      ROUND,
      await recommendation(second, bps(510), { expiry: EXPIRY + 1 }),
    );
    await advise();
    expect(chain.sent).to.deep.equal([]);
    expect(fee()?.heldBy).to.deep.equal(['2 of 3 recommendations agree on what they are for']);
  });

  it('ends its waiting when the node stops', async () => {
    const { advise } = setting(-100);
    const controller = new AbortController();
    const advising = advise(controller.signal).then(
      () => 'done',
      (error: Error) => error.message,
    );
    setTimeout(() => controller.abort(new Error('the node stops')), 50);
    expect(await advising).to.equal('the node stops');
  });
});

import { expect } from 'chai';
import { parameterId, STABILITY_FEE } from '../../../contracts/client/index.ts';
import { breaker as breakerSchema, overrides as overridesSchema } from '../../api/schemas/index.ts';
import { createMetrics } from '../../metrics/index.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { ChainBreaker } from '../chain-breaker.ts';
import { chainGauges } from '../chain-metrics.ts';
import { document } from './support.ts';

const at = (digit: string) => `0x${digit.repeat(40)}`;
const hash = (digit: string) => `0x${digit.repeat(64)}`;
const [BREAKER, TIMELOCK, GUARDIAN] = [at('b'), at('c'), at('d')];
const CALM = { all: false, riskRaising: false, anyParameter: false, classes: 0, severity: 0 };

type Call = { readonly functionName: string; readonly args?: readonly unknown[] };

/** A chain with one breaker, whose events may be out of reach. */
function fakeChain() {
  const state = {
    status: CALM as typeof CALM & { severity: number },
    trips: 0,
    logs: [] as unknown[],
    halted: new Set<string>(),
    isPruned: false,
    logReads: 0,
    overrides: 0,
    now: 0,
  };
  const idOf = ({ args = [] }: Call) => args.join('/');
  const answers: Readonly<Record<string, (call: Call) => unknown>> = {
    CONTROLLER: () => at('1'),
    GOVERNANCE: () => TIMELOCK,
    OVERRIDES: () => at('2'),
    BREAKER: () => BREAKER,
    LOG: () => at('3'),
    status: () => state.status,
    history: () => [state.trips, 100],
    isMintingHalted: () => false,
    isBurningHalted: () => false,
    isHalted: (call) => state.halted.has(idOf(call)),
    resumption: ({ args = [] }) => (args[0] === 0 ? [700n, false] : [0n, false]),
    count: () => BigInt(state.overrides),
    overrideOf: ({ args = [] }) => [
      { number: 1n, value: 5n, startedAt: 10, endsAt: 90, decision: 4n, justification: hash('7') },
      args[0] === `0x${STABILITY_FEE}` && state.overrides > 0,
    ],
  };
  const answer = (call: Call) => answers[call.functionName]?.(call);
  const reader = {
    getBlockNumber: async () => 9n,
    getBlock: async ({ blockNumber = 9n }: { blockNumber?: bigint } = {}) => ({
      number: blockNumber,
      timestamp: blockNumber * 10n,
    }),
    readContract: async (call: Call) => answer(call),
    multicall: async ({ contracts }: { contracts: readonly Call[] }) => contracts.map(answer),
    getLogs: async () => {
      state.logReads += 1;
      if (state.isPruned) throw new Error('pruned history');
      return state.logs;
    },
    getTransactionReceipt: async () => ({ from: GUARDIAN, to: BREAKER, logs: [] }),
  };
  const chain = new ChainBreaker(() => state.now);
  const link = { reader, document } as unknown as ChainLink;
  return { state, chain, link };
}

const halted = (eventName: string, args: unknown = {}) => ({
  eventName,
  args,
  blockNumber: 5n,
  transactionHash: hash('5'),
});
const keyOf = (scope: number, key = `0x${'00'.repeat(32)}`) => `${scope}/${key}`;

describe('service: breaker of the chain', () => {
  it('says who halted what since when, and reads old events only when something has halted', async () => {
    const { state, chain, link } = fakeChain();
    expect((await chain.breaker(link)).halts).to.deep.equal([]);
    expect(state.logReads).to.equal(0);

    const fee = `0x${STABILITY_FEE}`;
    state.logs = [halted('AllHalted'), halted('ParameterHalted', { id: fee })];
    state.halted = new Set([keyOf(0), keyOf(6, fee)]);
    Object.assign(state, { trips: 2, status: { ...CALM, all: true, anyParameter: true, severity: 1 } });
    state.now += 1_000;
    const seen = breakerSchema.parse(await chain.breaker(link));
    expect(seen).to.include({ address: BREAKER, severity: 1, level: 'elevated', trips: 2 });
    const by = { kind: 'guardian', by: GUARDIAN, sinceMs: 50_000, transaction: hash('5') };
    expect(seen.halts).to.deep.equal([
      { scope: 'all', key: null, ...by, resumption: { readyAtMs: 700_000, isCancelled: false } },
      { scope: 'parameter', key: 'STABILITY_FEE', ...by, resumption: null },
    ]);

    // Resumed: no trip says so, and no event is read for it.
    state.halted.delete(keyOf(0));
    state.now += 1_000;
    expect((await chain.breaker(link)).halts.map(({ scope }) => scope)).to.deep.equal(['parameter']);
    await chain.breaker(link);
    expect(state.logReads).to.equal(1);
  });

  it('says what the state alone tells where the endpoint has no old events, and asks again a minute later', async () => {
    const { state, chain, link } = fakeChain();
    Object.assign(state, { isPruned: true, trips: 1, status: { ...CALM, riskRaising: true, classes: 8 } });
    state.halted = new Set([keyOf(1), keyOf(5, `0x${'3'.padStart(64, '0')}`)]);
    const none = { kind: null, by: null, sinceMs: null, transaction: null, resumption: null };
    expect(breakerSchema.parse(await chain.breaker(link)).halts).to.deep.equal([
      { scope: 'risk-raising', key: null, ...none },
      { scope: 'class', key: '3', ...none },
    ]);
    state.now += 59_999;
    await chain.breaker(link);
    expect(state.logReads).to.equal(1);
    state.now += 1_000;
    await chain.breaker(link);
    expect(state.logReads).to.equal(2);
  });

  it('lists overrides, with no words where nobody can prove them', async () => {
    const { state, chain, link } = fakeChain();
    expect(await chain.overrides(link)).to.deep.equal([]);
    state.overrides = 1;
    const args = { number: 1n, id: `0x${STABILITY_FEE}` };
    state.logs = [halted('ParameterOverridden', args)];
    state.now += 1_000;
    const items = await chain.overrides(link);
    expect(overridesSchema.parse({ items }).items).to.deep.equal([
      {
        parameter: parameterId('STABILITY_FEE'),
        name: 'STABILITY_FEE',
        value: '5',
        startedAtMs: 10_000,
        endsAtMs: 90_000,
        decision: 4,
        justification: '7'.repeat(64),
        words: null,
        transaction: hash('5'),
      },
    ]);
  });

  it('shows in the metrics what the chain says, and keeps that while the chain is away', async () => {
    const { state, chain, link } = fakeChain();
    const metrics = createMetrics({ now: () => 0, withProcess: false });
    const budgets = { windowSeconds: 9, up: { total: '8', used: '6', left: '2' } };
    const parameter = { name: 'STABILITY_FEE', unit: 'wad/year', value: '50000000000000000', budgets };
    const parameters = async () => [
      { ...parameter, budgets: { ...budgets, down: { total: '0', used: '0', left: '0' } } } as never,
    ];
    Object.assign(state, { trips: 1, status: { ...CALM, all: true, severity: 4 }, overrides: 1 });
    state.logs = [halted('AllHalted')];
    state.halted = new Set([keyOf(0)]);
    const readings = {
      version: async () => 7,
      parameters,
      breaker: chain.breaker,
      overrides: async () => [{} as never],
    };
    await chainGauges(metrics, readings)({ link });
    const away = async () => Promise.reject(new Error('away'));
    await chainGauges(metrics, { version: away, parameters: away, breaker: away, overrides: away })({ link });
    const text = await metrics.text();
    for (const line of [
      'ballast_chain_version 7',
      'ballast_breaker_severity 4',
      'ballast_breaker_halts 1',
      'ballast_breaker_halted{scope="all"} 1',
      'ballast_breaker_halted{scope="minting"} 0',
      'ballast_overrides 1',
      'ballast_parameter_value{parameter="STABILITY_FEE"} 0.05',
      'ballast_parameter_budget_left_ratio{parameter="STABILITY_FEE",direction="up"} 0.25',
    ])
      expect(text).to.include(line);
    expect(text).not.to.include('direction="down"');
  });
});

import { expect } from 'chai';
import { NOBODY_KNOWS, STABILITY_FEE } from '../../../contracts/client/index.ts';
import type { ChainLink, NodeEvent } from '../../runtime/index.ts';
import { ChainParameters } from '../chain-parameters.ts';
import { document } from './support.ts';

/** A chain that counts what it is asked. */
function fakeChain() {
  const state = { reads: 0, value: 5n, isAway: false, overriddenUntil: 0 };
  const label = `0x${Buffer.from('wad/year').toString('hex').padEnd(64, '0')}`;
  const limits = { min: 1n, max: 9n, stepUp: 3n, stepDown: 2n, budgetUp: 8n, budgetDown: 4n };
  const answers: Readonly<Record<string, (id?: string) => unknown>> = {
    parameters: (id) => [state.value, label, id === `0x${STABILITY_FEE}`],
    limitsOf: () => ({ ...limits, cooldown: 60, window: 100, risk: 0, class: 0, isWired: true }),
    allowed: () => ({ lowest: 1n, highest: 9n, fallReadyAt: NOBODY_KNOWS, riseReadyAt: 30 }),
    stateOf: () => ({ overriddenUntil: state.overriddenUntil, upDrainedAt: 1_050, downDrainedAt: 900 }),
    sequence: () => 4n,
  };
  type Call = { readonly functionName: string; readonly args?: readonly string[] };
  const answer = ({ functionName, args }: Call) => answers[functionName]?.(args?.[0]);
  const reader = {
    getBlock: async () => {
      state.reads += 1;
      if (state.isAway) throw new Error('away');
      return { number: 7n, timestamp: 1_000n };
    },
    readContract: async (call: Call) => answer(call),
    multicall: async ({ contracts }: { contracts: readonly Call[] }) => contracts.map(answer),
  };
  return { state, link: { reader, document } as unknown as ChainLink };
}

const fee = (before: string, after: string): NodeEvent => ({
  event: 'fee',
  round: 3,
  before,
  after,
  transaction: '0xab',
  heldBy: [],
});

describe('service: parameters of the chain', () => {
  it('are read once a second at most, and anew after a change', async () => {
    const { state, link } = fakeChain();
    let now = 10_000;
    const parameters = new ChainParameters(() => now);
    const [first] = await parameters.read(link);
    expect(first).to.deep.include({ id: STABILITY_FEE, name: 'STABILITY_FEE', value: '5', sequence: 4 });
    expect(first).to.deep.include({
      bounds: { minimum: '1', maximum: '9' },
      cooldownSeconds: 60,
      lastChange: null,
    });
    // Up by 3 at most, down by 2: no change is larger.
    expect(first?.maximumStep).to.equal('3');
    // Half of the window is still to drain for rises, nothing for falls.
    expect(first?.budgets).to.deep.equal({
      windowSeconds: 100,
      up: { total: '8', used: '4', left: '4' },
      down: { total: '4', used: '0', left: '4' },
    });
    expect(first).to.deep.include({ risk: 'both', overriddenUntilMs: null });
    expect(first?.allowed).to.include({ highest: '9', fallReadyAtMs: null, riseReadyAtMs: 30_000 });
    state.overriddenUntil = 1_001;
    now += 999;
    await Promise.all([parameters.read(link), parameters.read(link)]);
    expect(state.reads).to.equal(1);
    now += 1;
    expect((await parameters.read(link))[0]?.overriddenUntilMs).to.equal(1_001_000);
    expect(state.reads).to.equal(2);

    state.value = 6n;
    parameters.observe({
      event: 'recommended',
      round: 3,
      current: '5',
      value: '6',
      wish: '8',
      heldBy: [],
      explanation: 'the coin trades below its target',
    });
    parameters.observe(fee('5', '6'));
    const [changed] = await parameters.read(link);
    expect(changed).to.deep.include({ value: '6' });
    expect(changed?.lastChange).to.include({
      before: '5',
      after: '6',
      atMs: now,
      transaction: '0xab',
      explanation: 'the coin trades below its target',
    });
  });

  it('are not changed by a round that left the fee alone', async () => {
    const { state, link } = fakeChain();
    const parameters = new ChainParameters(() => 0);
    await parameters.read(link);
    parameters.observe(fee('5', '5'));
    expect((await parameters.read(link))[0]?.lastChange).to.equal(null);
    expect(state.reads).to.equal(1);
  });

  it('keep no failure', async () => {
    const { state, link } = fakeChain();
    const parameters = new ChainParameters(() => 0);
    state.isAway = true;
    const failed = await Promise.allSettled([parameters.read(link), parameters.read(link)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    state.isAway = false;
    expect(await parameters.read(link)).to.have.length(1);
  });
});

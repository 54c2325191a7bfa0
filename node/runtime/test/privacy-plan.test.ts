import { expect } from 'chai';
import { genesisHead, NO_STATE } from '../../../coordinator/index.ts';
import { PrivacyLedger, releaseEvent } from '../../../privacy/index.ts';
import { MemoryStore, seededBytes } from '../../../privacy/test/support.ts';
import { toApiEvent } from '../../api/public-event.ts';
import type { DataClock } from '../../data/index.ts';
import { createRoundTrainer, type NodeEvent } from '../index.ts';
import { privacyPlan } from '../privacy-plan.ts';
import { parametersOf } from './fixtures.ts';

const four = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 8, releases: 4 });
const told = { round: 3, dimension: 100, release: four };

describe('the privacy plan', () => {
  it('says that being selected in public gains no privacy', async () => {
    const parameters = { ...parametersOf(), selection: { strategy: 'uniform', share: 0.5, min: 3 } as const };
    const ledger = await PrivacyLedger.open(new MemoryStore(), parameters.privacy);
    const { selection, samplingRate } = privacyPlan(parameters, ledger, { ...told, records: 160 });
    expect({ rate: selection?.rate, samplingRate }).to.deep.equal({ rate: 1, samplingRate: 1 });
  });

  it('tells the ratio of noise to signal from d, n and σ, and what the budget bears', async () => {
    const parameters = parametersOf();
    const ledger = await PrivacyLedger.open(new MemoryStore(), parameters.privacy);
    const plan = privacyPlan(parameters, ledger, { ...told, records: 160 });
    expect(plan).to.include({
      event: 'privacy-plan',
      round: 3,
      unit: 'record',
      relation: 'add-remove',
      dimension: 100,
      records: 160,
      nominalRecords: 100,
      samplingRate: 1,
      noiseMultiplier: 8,
      steps: 4,
      noiseToSignal: 0.5,
      epsilon: 0,
      epsilonBudget: 8,
      delta: 1e-5,
    });
    expect(plan.epsilonAfter).to.equal((await ledger.authorise(four)).epsilon);
    // As often as the ledger itself then bears it.
    let rounds = 0;
    for (; ; rounds++) {
      const charge = { key: `round/${rounds}`, event: four, bytes: Uint8Array.of(1) };
      try {
        await ledger.commit(charge);
      } catch {
        break;
      }
    }
    expect(plan.roundsLeft).to.equal(rounds);
    expect(plan).not.to.have.property('hint');
  });

  it('warns of noise that is longer than its signal, and of a sample it is longer still', async () => {
    const parameters = parametersOf();
    const ledger = await PrivacyLedger.open(new MemoryStore(), parameters.privacy);
    const few = privacyPlan(parameters, ledger, { ...told, records: 40 });
    expect(few.noiseToSignal).to.equal(2);
    expect(few.hint).to.include('2.0 times').and.include('more records');
    const sampled = {
      ...parameters,
      training: { ...parameters.training, samplingRate: 0.1 },
    };
    expect(privacyPlan(sampled, ledger, { ...told, records: 400 }).noiseToSignal).to.be.closeTo(2, 1e-12);
    for (const records of [0, undefined]) {
      const unknown = privacyPlan(parameters, ledger, { ...told, records });
      expect(unknown).to.include({ noiseToSignal: null, records: records ?? null });
      expect(unknown).not.to.have.property('hint');
    }
  });

  it('has no ε and no end without a guarantee, and one update of its own under unit node', async () => {
    const off = parametersOf({ unit: 'none', noiseMultiplier: 0 });
    const release = { unit: 'none', releases: 1 } as const;
    const open = await PrivacyLedger.open(new MemoryStore(), off.privacy);
    expect(privacyPlan(off, open, { ...told, records: 5, release })).to.include({
      noiseToSignal: 0,
      epsilon: null,
      epsilonAfter: null,
      roundsLeft: null,
    });
    const whole = parametersOf({ unit: 'node' });
    const ledger = await PrivacyLedger.open(new MemoryStore(), whole.privacy);
    const once = releaseEvent({ unit: 'node', relation: 'add-remove', noiseMultiplier: 8, releases: 1 });
    const plan = privacyPlan(whole, ledger, { ...told, records: 5, release: once });
    expect(plan.noiseToSignal).to.equal(80);
    expect(plan.hint).to.include('mean over many nodes');
  });

  it('is told once, before the first training, and never leaves the node', async () => {
    const parameters = parametersOf();
    const store = new MemoryStore();
    const ledger = await PrivacyLedger.open(store, parameters.privacy);
    const events: NodeEvent[] = [];
    const order: string[] = [];
    const trainer = createRoundTrainer(parameters, {
      ledger,
      store,
      clock: { training: (round: number) => ({ from: 0, to: round }) } as unknown as DataClock,
      randomBytes: seededBytes('plan'),
      emit: (event) => {
        events.push(event);
        order.push(event.event);
      },
      now: () => 0,
      countRecords: async ({ to }) => 100 + to,
      trainLocally: async () => {
        order.push('training');
        return new Float64Array(3);
      },
    });
    const head = genesisHead('ab'.repeat(32), 'cd'.repeat(32), 5, NO_STATE);
    const base = { head, weights: new Float64Array(3), state: { step: 0, vectors: {} } };
    for (const round of [1, 2]) await trainer.train(round, base, new AbortController().signal);
    expect(order).to.deep.equal(['privacy-plan', 'training', 'trained', 'training', 'trained']);
    const [plan] = events;
    if (plan === undefined) throw new Error('nothing was told');
    expect(plan).to.include({ round: 1, records: 101, dimension: 3 });
    expect(toApiEvent(plan)).to.equal(undefined);
  });
});

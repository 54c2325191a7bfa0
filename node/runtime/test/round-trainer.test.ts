import { expect } from 'chai';
import { genesisHead, NO_STATE } from '../../../coordinator/index.ts';
import { clip, clipJointly, fromGrid, noisyUpdate, PrivacyLedger, toGrid } from '../../../privacy/index.ts';
import { MemoryStore, seededBytes } from '../../../privacy/test/support.ts';
import type { NetworkParameters } from '../../../protocol/network.ts';
import type { DataClock } from '../../data/index.ts';
import { createRoundTrainer, type NodeEvent, type RoundTrainerCollaborators } from '../index.ts';
import { parametersOf } from './fixtures.ts';

const WEIGHTS = Float64Array.of(0, 0, 0);
/** Longer than the clip norm, so that clipping shows. */
const DELTA = Float64Array.of(3, -4, 12);
const HEAD = genesisHead('ab'.repeat(32), 'cd'.repeat(32), 5, NO_STATE);
const BASE = { head: HEAD, weights: WEIGHTS, state: { step: 0, vectors: {} } };
const CLOCK = { training: (round: number) => ({ from: 0, to: round }) } as unknown as DataClock;
const running = new AbortController().signal;

type Setting = {
  readonly parameters?: NetworkParameters;
  readonly store?: MemoryStore;
  readonly more?: Partial<RoundTrainerCollaborators>;
};

async function setting({ parameters = parametersOf(), store = new MemoryStore(), more = {} }: Setting = {}) {
  const steps: string[] = [];
  const events: NodeEvent[] = [];
  const ledger = await PrivacyLedger.open(store, parameters.privacy);
  const { authorise, commit } = ledger;
  Object.assign(ledger, {
    authorise: (...args: Parameters<typeof authorise>) => {
      steps.push('authorise');
      return authorise.apply(ledger, args);
    },
    commit: (...args: Parameters<typeof commit>) => {
      steps.push('commit');
      return commit.apply(ledger, args);
    },
  });
  const trainer = createRoundTrainer(parameters, {
    ledger,
    store,
    clock: CLOCK,
    randomBytes: seededBytes('round trainer'),
    emit: (event) => events.push(event),
    now: () => 0,
    trainLocally: async () => {
      steps.push('train');
      return DELTA;
    },
    ...more,
  });
  const train = (round: number, signal = running) => trainer.train(round, BASE, signal);
  return { train, ledger, steps, events, store, parameters };
}

const never: RoundTrainerCollaborators['trainLocally'] = async () => {
  throw new Error('trained again');
};

describe('round trainer', () => {
  it('asks the ledger before it trains, and charges before anything is handed out', async () => {
    const { train, ledger, steps, events } = await setting();
    const trained = await train(1);
    expect(steps).to.deep.equal(['authorise', 'train', 'commit']);
    expect(trained?.privacy).to.deep.equal({
      unit: 'record',
      relation: 'add-remove',
      delta: 1e-5,
      epsilon: ledger.spent().epsilon,
    });
    expect(ledger.spent().releases).to.equal(4);
    expect(events.map(({ event }) => event)).to.deep.equal(['privacy-plan', 'trained']);
  });

  it('clips to the norm and puts the update on the grid', async () => {
    const { train } = await setting();
    expect((await train(1))?.update).to.deep.equal(toGrid(clip(DELTA, 1), 20));
  });

  it('trains on the rows that the clock allows for the round', async () => {
    const ranges: number[] = [];
    const { train } = await setting({
      more: {
        trainLocally: async (_, { to }) => {
          ranges.push(to);
          return DELTA;
        },
      },
    });
    await train(1);
    await train(2);
    expect(ranges).to.deep.equal([1, 2]);
  });

  it('abstains, without training, where the budget does not bear the round', async () => {
    const { train, ledger, steps, events } = await setting({
      parameters: parametersOf({ epsilonBudget: 1.3 }),
    });
    expect(await train(1)).not.to.equal(undefined);
    const spent = ledger.spent();
    steps.length = 0;
    expect(await train(2)).to.equal(undefined);
    expect(steps).to.deep.equal(['authorise']);
    expect(ledger.spent()).to.deep.equal(spent);
    expect(events.at(-1)).to.include({ event: 'abstained', round: 2, code: 'PRIVACY_BUDGET_EXCEEDED' });
    await train(2);
    await train(3);
    const told = events.filter(({ event }) => event === 'abstained');
    expect(told.map((event) => ('round' in event ? event.round : 0))).to.deep.equal([2, 3]);
    expect((await train(1))?.update, 'what is released already is still given').to.be.an('Int32Array');
  });

  it('says again what it said, after a restart too, and charges once', async () => {
    const { train, ledger, store } = await setting({
      parameters: parametersOf({ unit: 'node', noiseMultiplier: 20 }),
    });
    const first = await train(1);
    const spent = ledger.spent();
    expect((await train(1))?.update).to.deep.equal(first?.update);
    const again = await setting({
      parameters: parametersOf({ unit: 'node', noiseMultiplier: 20 }),
      store: store.copy(),
      more: { trainLocally: never, randomBytes: seededBytes('another') },
    });
    expect(await again.train(1)).to.deep.equal(first);
    expect(again.ledger.spent()).to.deep.equal(spent);
  });

  for (const when of ['before', 'after'] as const) {
    it(`hands nothing out when it crashes in the debit, ${when} the sync`, async () => {
      const { train, store, steps } = await setting();
      store.failAt = { write: store.writes + 1, when };
      const failure = await train(1).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
      expect(failure).to.equal('LEDGER_UNKNOWN');
      expect(steps).to.deep.equal(['authorise', 'train', 'commit']);
      const onDisk = store.copy();
      const restarted = await setting({ store: onDisk });
      const trained = await restarted.train(1);
      // On disk the bytes are repeated; lost, they never left and may be made anew.
      expect(restarted.steps).to.deep.equal(when === 'after' ? [] : ['authorise', 'train', 'commit']);
      expect(restarted.ledger.spent().releases).to.equal(4);
      expect(trained?.update).to.be.an('Int32Array');
    });
  }

  it('covers the whole update with noise under unit node, and charges one release', async () => {
    const parameters = parametersOf({ unit: 'node', noiseMultiplier: 20 });
    const { train, ledger } = await setting({ parameters });
    const options = { clipNorm: 1, noiseMultiplier: 20, gridBits: 20 };
    const trained = await train(1);
    expect(trained?.update).to.deep.equal(noisyUpdate(DELTA, options, seededBytes('round trainer')));
    expect(trained?.update).not.to.deep.equal(toGrid(clip(DELTA, 1), 20));
    expect(ledger.spent().releases).to.equal(1);
  });

  it('states no ε where there is no guarantee', async () => {
    const { train } = await setting({ parameters: parametersOf({ unit: 'none', noiseMultiplier: 0 }) });
    expect((await train(1))?.privacy).to.include({ unit: 'none', epsilon: null });
  });

  it('releases a liar’s update as the attack made it, beyond the clip norm', async () => {
    const { train } = await setting({ more: { revise: (own) => own.map((x) => -100 * x) } });
    const { update } = (await train(1)) ?? { update: new Int32Array() };
    expect(update).to.deep.equal(
      toGrid(
        clip(DELTA, 1).map((x) => -100 * x),
        20,
      ),
    );
    expect(Math.hypot(...update) / 2 ** 20).to.be.closeTo(100, 1e-3);
  });

  it('trains once for two calls of one round, and one round after the other', async () => {
    const { train, steps } = await setting();
    const [first, second] = await Promise.all([train(1), train(1), train(2)]);
    expect(second).to.deep.equal(first);
    expect(steps).to.deep.equal(['authorise', 'train', 'commit', 'authorise', 'train', 'commit']);
  });

  it('does nothing for a round that is over', async () => {
    const { train, ledger, steps } = await setting();
    expect(await train(1, AbortSignal.abort())).to.equal(undefined);
    expect(steps).to.deep.equal([]);
    expect(ledger.spent().releases).to.equal(0);
  });

  it('goes on after a training that failed, and charged nothing for it', async () => {
    let calls = 0;
    const { train, ledger } = await setting({
      more: {
        trainLocally: async () => {
          if (calls++ === 0) throw new Error('the worker died');
          return DELTA;
        },
      },
    });
    const failed = await train(1).catch((error: Error) => error.message);
    expect(failed).to.equal('the worker died');
    expect(ledger.spent().releases).to.equal(0);
    expect(await train(1)).not.to.equal(undefined);
  });

  describe('with control variates', () => {
    const WITH = { ...parametersOf(), rule: { name: 'median+scaffold', f: 1 } };
    const scale = WITH.training.localSteps * WITH.training.learningRate;
    const base = (version: number, control: Float64Array) => ({
      head: { ...HEAD, version },
      weights: WEIGHTS,
      state: { step: version, vectors: { control } },
    });
    const ZERO = new Float64Array(3);

    /** Trains rounds in turn, each from a base, and says what correction each was trained with. */
    async function rounds(
      given: readonly [round: number, version: number, control: Float64Array][],
      { store = new MemoryStore(), reopen = false } = {},
    ) {
      const corrections: (Float64Array | undefined)[] = [];
      const rows: Int32Array[] = [];
      const trainLocally: RoundTrainerCollaborators['trainLocally'] = async (_, __, ___, correction) => {
        corrections.push(correction);
        return Float64Array.of(0.1, 0, -0.2);
      };
      const open = async () => {
        const ledger = await PrivacyLedger.open(store, WITH.privacy);
        const common = { ledger, store, clock: CLOCK, emit: () => undefined, now: () => 0 };
        return createRoundTrainer(WITH, { ...common, randomBytes: seededBytes('v'), trainLocally });
      };
      let trainer = await open();
      for (const [round, version, control] of given) {
        if (reopen) trainer = await open();
        const trained = await trainer.train(round, base(version, control), running);
        rows.push(trained?.update ?? new Int32Array());
      }
      return { corrections, rows, store };
    }
    const changeOf = (row: Int32Array | undefined) => fromGrid((row ?? new Int32Array()).subarray(3), 20);

    it('sends the change of the variate behind the update, both clipped to one norm', async () => {
      const control = Float64Array.of(0.4, 2, 0);
      const { rows, corrections } = await rounds([[1, 0, control]]);
      const delta = Float64Array.of(0.1, 0, -0.2);
      const change = delta.map((value, j) => -(control[j] ?? 0) - value / scale);
      const [first, second] = clipJointly([delta, change], 1);
      expect(rows[0]).to.deep.equal(toGrid(Float64Array.of(...(first ?? []), ...(second ?? [])), 20));
      expect(corrections).to.deep.equal([control]);
    });

    it('goes on from what it released once a version came of that, after a restart too', async () => {
      const next = Float64Array.of(0, 0.5, 0);
      for (const reopen of [false, true]) {
        const { corrections, rows } = await rounds(
          [
            [1, 0, ZERO],
            [2, 1, next],
            [3, 2, next],
          ],
          { reopen },
        );
        const once = changeOf(rows[0]);
        const twice = changeOf(rows[1]).map((value, j) => value + (once[j] ?? 0));
        expect(once[0]).to.be.closeTo(-0.1 / scale, 1e-6);
        expect(corrections[1]).to.deep.equal(next.map((c, j) => c - (once[j] ?? 0)));
        expect(corrections[2]).to.deep.equal(next.map((c, j) => c - (twice[j] ?? 0)));
      }
    });

    it('forgets what it released in a round that was rejected', async () => {
      const { corrections } = await rounds([
        [1, 0, ZERO],
        [2, 0, ZERO],
      ]);
      expect(corrections).to.deep.equal([ZERO, ZERO]);
    });

    it('forgets what a crash kept from being released', async () => {
      const { store } = await rounds([]);
      store.failAt = { write: store.writes + 2, when: 'before' };
      const crashed = await rounds([[1, 0, ZERO]], { store }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(crashed).to.be.instanceOf(Error);
      store.failAt = undefined;
      const { corrections } = await rounds([[2, 1, ZERO]], { store });
      expect(corrections).to.deep.equal([ZERO]);
    });

    it('charges one release for both halves', async () => {
      const { store } = await rounds([[1, 0, ZERO]]);
      const ledger = await PrivacyLedger.open(store, WITH.privacy);
      expect(ledger.spent().releases).to.equal(4);
      expect(ledger.position().count).to.equal(1);
    });

    it('refuses a variate of another model, and a proximal term beside variates', async () => {
      const { store } = await rounds([[1, 0, ZERO]]);
      await store.write([{ type: 'put', key: 'control-variate', value: Uint8Array.of(1, 2, 3) }]);
      const failed = await rounds([[2, 1, ZERO]], { store }).catch((error: unknown) => error);
      expect(failed).to.have.property('code', 'CONTROL_VARIATE');
      const parameters = { ...WITH, training: { ...WITH.training, proximal: 0.1 } };
      const refused = await setting({ parameters }).catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'NETWORK_TRAINING');
      const prox = { ...parametersOf(), training: { ...WITH.training, proximal: 0.1 } };
      expect(await (await setting({ parameters: prox })).train(1)).not.to.equal(undefined);
    });
  });
});

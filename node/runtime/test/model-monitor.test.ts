import { expect } from 'chai';
import type { Certificate } from '../../../coordinator/index.ts';
import type { KeyValueStore, StoreOperation } from '../../../protocol/store.ts';
import { createDataClock } from '../../data/index.ts';
import { pegFeatures } from '../../features/index.ts';
import { createModel, fitModelSpec, genesisOf } from '../../models/index.ts';
import { Conditions } from '../conditions.ts';
import type { NodeEvent } from '../events.ts';
import { ModelMonitor, type ModelMonitorOptions } from '../model-monitor.ts';
import { candidateOf } from '../shadow-candidate.ts';

const ROUNDS = 12;
const DAYS = 500;
/** Day of the feed from which it is another coin: twice as wild, and it returns to nothing. */
const CHANGE_DAY = 330;

/** A coin that returns to its peg, and then no longer does where `changes`. */
function coin(changes: boolean) {
  let state = 9;
  const noise = () => {
    let sum = -2;
    for (let k = 0; k < 4; k++) {
      state = (state * 48_271) % 2_147_483_647;
      sum += state / 2_147_483_647;
    }
    return sum * Math.sqrt(3);
  };
  const deviation = new Float64Array(DAYS * 24);
  for (let t = 1, level = 0; t < deviation.length; t++) {
    const hasChanged = changes && t >= CHANGE_DAY * 24;
    level = hasChanged ? 0.999 * level + 4 * noise() : 0.95 * level + 2 * noise();
    deviation[t] = level;
  }
  return { startHour: 480_000, deviation };
}

function setUp(changes: boolean) {
  const feed = coin(changes);
  const clock = createDataClock(feed, { rounds: ROUNDS, trainShare: 0.5, testShare: 0.05 });
  const model = createModel(
    fitModelSpec(
      { feed, fitting: clock.fitting },
      {
        peg: { kind: 'linear' },
        recordClipNorms: { peg: 1, risk: 0.5 },
        updateClipNorms: { peg: 0.22, risk: 0.15 },
        riskDeadBand: 0.02,
      },
    ),
  );
  const row = (name: string) => 3 * pegFeatures(24).findIndex((feature) => feature.name === name);
  // Scaled persistence itself; the candidate knows that the coin returns.
  const published = genesisOf(model);
  const [bias, deviation] = [row('bias'), row('deviation')];
  published.set(model.heads.peg[0]?.numbers.scaledPersistence ?? [], bias);
  const better = published.slice();
  for (let q = 0; q < 3; q++) better[deviation + q] = -0.8;
  const options: ModelMonitorOptions = {
    model,
    clock,
    collaterals: [{ name: 'main', feed }],
    reference: undefined,
    deadBand: 0.001,
  };
  return { options, published, better };
}

/** Rounds of which each publishes the same weights, from version 1 on. */
const certificate = (round: number): Certificate =>
  ({
    entry: {
      round,
      outcome: 'accepted',
      baseVersion: round,
      version: round + 1,
      baseDigest: 'published',
      modelDigest: 'published',
    },
  }) as unknown as Certificate;

class MemoryStore implements KeyValueStore {
  readonly entriesByKey = new Map<string, Uint8Array>();
  /** The write with this number, from 1 on, is the last that is asked for: the process ends before it. */
  #killedAt: number;
  writes = 0;

  constructor(killedAt = Number.POSITIVE_INFINITY) {
    this.#killedAt = killedAt;
  }

  killAt(write: number): void {
    this.#killedAt = this.writes + write;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entriesByKey.get(key);
  }

  async write(operations: readonly StoreOperation[]): Promise<void> {
    if (++this.writes >= this.#killedAt) throw new Error('killed');
    for (const operation of operations) {
      if (operation.type === 'put') this.entriesByKey.set(operation.key, operation.value);
    }
  }

  async *entries(): AsyncIterable<readonly [string, Uint8Array]> {}
}

function collaborators(store: KeyValueStore, published: Float64Array, weightsOfVersion = published) {
  const events: NodeEvent[] = [];
  const emit = (event: NodeEvent) => events.push(event);
  return {
    events,
    store,
    emit,
    conditions: new Conditions({ emit, now: () => 1 }),
    participant: {
      roundOf: async (version: number) => (version === 3 ? 2 : undefined),
      certificate: async (round: number) =>
        ({ entry: { ...certificate(round).entry, modelDigest: 'earlier' } }) as Certificate,
      weights: async (digest: string) => (digest === 'earlier' ? weightsOfVersion : published),
    },
  };
}

async function run(options: ModelMonitorOptions, parts: ReturnType<typeof collaborators>, rounds = ROUNDS) {
  const monitor = await ModelMonitor.open(options, parts);
  for (let round = 1; round <= rounds; round++) await monitor.follow(certificate(round));
  return monitor;
}

describe('runtime: the model watched on public data', () => {
  const calm = setUp(false);
  const changed = setUp(true);

  it('finds nothing while the market is what it was', async () => {
    const parts = collaborators(new MemoryStore(), calm.published);
    const status = (await run(calm.options, parts)).status();
    expect(status.findings).to.deep.equal([]);
    expect(status.retraining.recommended).to.equal(false);
    expect(status.subjects['peg/main']?.recent.length).to.be.above(100);
    expect(parts.events).to.deep.equal([]);
    expect(status.shadow).to.equal(null);
  });

  it('tells once what has changed and since when, recommends training, and keeps the condition over a restart', async () => {
    const store = new MemoryStore();
    const parts = collaborators(store, changed.published);
    const monitor = await run(changed.options, parts);
    const { findings } = monitor.status();
    expect(findings.map(({ trigger }) => trigger)).to.include('inputs');
    const told = parts.events.filter((event) => event.event === 'drift' && event.trigger === 'inputs');
    expect(told).to.have.length(1);
    const [first] = told;
    expect(first).to.deep.include({ subject: 'peg/main', active: true });
    if (first?.event !== 'drift') throw new Error('no drift');
    expect(first.retraining.reasons).to.include('inputs');
    const day = first.sinceHour / 24 - 20_000;
    expect(day).to.be.within(CHANGE_DAY - 12, CHANGE_DAY + 20);
    const again = collaborators(store, changed.published);
    const restarted = await ModelMonitor.open(changed.options, again);
    expect(restarted.status()).to.deep.equal(monitor.status());
    expect(again.conditions.has('MODEL_DRIFT')).to.equal(true);
  });

  it('recommends nothing when the privacy budget is spent', async () => {
    const parts = collaborators(new MemoryStore(), changed.published);
    parts.conditions.raise('PRIVACY_BUDGET_SPENT', 'nothing is left');
    const { retraining } = (await run(changed.options, parts)).status();
    expect(retraining).to.deep.include({ recommended: false, heldBack: 'PRIVACY_BUDGET_SPENT' });
  });

  it('approves a better candidate, moves nothing, and is where it would be when killed before any write', async () => {
    const { model } = calm.options;
    const options = { ...calm.options, shadow: candidateOf('better.json', { model, weights: calm.better }) };
    const whole = collaborators(new MemoryStore(), calm.published);
    const expected = (await run(options, whole)).status();
    expect(expected.shadow).to.include({ candidate: 'better.json', verdict: 'approve' });
    expect(new Set(whole.events.map(({ event }) => event))).to.deep.equal(new Set(['shadow']));
    expect(whole.events.at(-1)).to.deep.include({ verdict: 'approve', reasons: [] });
    const store = new MemoryStore();
    for (let round = 1; round <= ROUNDS; round++) {
      if (round % 4 === 3) store.killAt(1);
      const monitor = await ModelMonitor.open(options, collaborators(store, calm.published));
      const ended = await monitor.follow(certificate(round)).then(
        () => 'written',
        () => 'killed',
      );
      expect(ended).to.equal(round % 4 === 3 ? 'killed' : 'written');
      store.killAt(Number.POSITIVE_INFINITY);
    }
    const after = await ModelMonitor.open(options, collaborators(store, calm.published));
    await after.follow(certificate(ROUNDS));
    expect(after.status()).to.deep.equal(expected);
  });

  it('tries an earlier version by its number, goes on with it when it is gone, and says which it has not', async () => {
    const options = { ...calm.options, shadow: 'version:3' };
    const store = new MemoryStore();
    const parts = collaborators(store, calm.published, calm.better);
    await run(options, parts, 6);
    const gone = collaborators(store, calm.published);
    gone.participant.roundOf = async () => undefined;
    const monitor = await ModelMonitor.open(options, gone);
    for (let round = 7; round <= ROUNDS; round++) await monitor.follow(certificate(round));
    expect(monitor.status().shadow).to.include({ candidate: 'version:3', verdict: 'approve' });
    const unknown = collaborators(new MemoryStore(), calm.published);
    const none = await run({ ...options, shadow: 'version:9' }, unknown, 1);
    expect(none.status().shadow).to.equal(null);
    expect(unknown.events).to.deep.include.members([
      {
        event: 'error',
        code: 'SHADOW_VERSION',
        message: 'shadow: got version:9, expected a version whose weights are here',
      },
    ]);
  });
});

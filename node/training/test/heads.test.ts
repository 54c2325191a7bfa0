import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { l2Norm } from '../../../privacy/index.ts';
import { createPrng, generateMarket, generateVenue } from '../../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type PegHorizon,
  RISK_FEATURES,
  withMirror,
} from '../../features/index.ts';
import { createModel, forecastRisk, genesisOf, headsOf, type StabilityModel } from '../../models/index.ts';
import {
  clipHeads,
  createEngine,
  defaultModelSpec,
  type EngineName,
  float64Engine,
  type HeadExamples,
  jointNorm,
  openHeads,
  requireHeadNorms,
  TRAINING_DEFAULTS,
  trainingRelease,
  trainLocally,
} from '../index.ts';

const feed = generateVenue(3, 0, 120);
const market = generateMarket(3, 0, 120);
const start = feed.startHour;
const spec = defaultModelSpec({ feed, market, fitting: { from: start, to: start + 90 * 24 } });
const model = createModel(spec);
const pegTable = computeFeatures(feed);
const riskTable = computeMarketFeatures(market, market);
const part = (from: number, to: number) => ({ from: start + 24 * from + 5, to: start + 24 * to + 9 });
/** Peg rows of days 40 to 50, market rows of days 45 to 55: ragged, and neither covers the other. */
const examples: HeadExamples = {
  peg: [withMirror(buildExamples(pegTable, part(40, 50)))],
  risk: buildRiskExamples(riskTable, part(45, 55)),
};

function someWeights(scale = 0.3): Float64Array {
  const prng = createPrng(12);
  return genesisOf(model).map((weight) => weight + scale * prng.normal());
}

const wide = (norm: number): StabilityModel =>
  createModel({
    heads: {
      peg: { ...spec.heads.peg, recordClipNorm: norm, updateClipNorm: norm },
      ...(spec.heads.risk === undefined
        ? {}
        : { risk: { ...spec.heads.risk, recordClipNorm: norm, updateClipNorm: norm } }),
    },
  });

describe('gradients of two heads', () => {
  it('make one record of a day, with zeros where a head has no rows', () => {
    const rows = openHeads(float64Engine, model, examples).perRecord(someWeights());
    expect(rows.length / model.size).to.equal(16);
    const norms = (offset: number, size: number) =>
      Array.from({ length: 16 }, (_, r) => {
        const at = r * model.size + offset;
        return l2Norm(rows.subarray(at, at + size)) > 0;
      });
    expect(norms(0, 39)).to.deep.equal(Array.from({ length: 16 }, (_, r) => r <= 10));
    expect(norms(39, 26)).to.deep.equal(Array.from({ length: 16 }, (_, r) => r >= 5));
  });

  it('keep each head’s bound and therefore the joint one, whatever the weights', () => {
    const bound = TRAINING_DEFAULTS.recordClipNorm;
    expect(bound).to.equal(Math.sqrt(1.25));
    const rows = openHeads(float64Engine, model, examples).perRecord(someWeights(30));
    const bounds = headsOf(model).map(({ recordClipNorm }) => recordClipNorm);
    let largest = 0;
    for (let at = 0; at < rows.length; at += model.size) {
      const [peg, risk] = [l2Norm(rows.subarray(at, at + 39)), l2Norm(rows.subarray(at + 39, at + 65))];
      expect(peg).to.be.at.most(bounds[0] ?? 0);
      expect(risk).to.be.at.most(bounds[1] ?? 0);
      largest = Math.max(largest, l2Norm(rows.subarray(at, at + model.size)));
    }
    expect(largest).to.be.within(0.999 * bound, bound);
  });

  it('move a sum by at most the joint norm that the noise is sized by, for one release', () => {
    const day = { from: start + 24 * 48, to: start + 24 * 49 };
    const none = { from: 0, to: 0 };
    const options = { ...TRAINING_DEFAULTS, localSteps: 1, learningRate: 1, nominalRecords: 1 } as const;
    const trained = (range: typeof day) => {
      const prng = createPrng(1);
      const random = (length: number) => Uint8Array.from({ length }, () => Math.floor(prng.uniform() * 256));
      const own = {
        peg: [withMirror(buildExamples(pegTable, range))],
        risk: buildRiskExamples(riskTable, range),
      };
      return trainLocally(openHeads(float64Engine, model, own), someWeights(300), options, random);
    };
    const without = trained(none);
    const moved = l2Norm(trained(day).map((v, j) => v - (without[j] ?? 0)));
    expect(moved).to.be.within(0.8, TRAINING_DEFAULTS.recordClipNorm + 1e-9);
    expect(trainingRelease(TRAINING_DEFAULTS)).to.include({
      sensitivity: 1,
      noiseMultiplier: 8,
      releases: 4,
    });
  });

  it('agree with finite differences of the risk head’s losses', () => {
    const { risk } = model.heads;
    const set = examples.risk;
    if (risk === undefined || set === undefined) throw new Error('no risk head');
    const weights = someWeights().slice(39);
    const gradients = float64Engine.openRisk(risk.model, set).perRecord(weights);
    const lossOf = (record: number, w: Float64Array): number => {
      const { logit, volatility } = forecastRisk(risk.model, w, set);
      const [from, to] = [set.recordStart[record] ?? 0, set.recordStart[record + 1] ?? 0];
      let sum = 0;
      for (let i = from; i < to; i++) {
        const z = logit[i] ?? 0;
        const event = (set.drawdown[i] ?? 0) > risk.model.numbers.threshold * Math.exp(set.usual[i] ?? 0);
        sum +=
          Math.log1p(Math.exp(event ? -z : z)) + ((volatility[i] ?? 0) - (set.volatility[i] ?? 0)) ** 2 / 2;
      }
      return (0.6 * sum) / (to - from);
    };
    const h = 1e-5;
    for (const record of [0, 4, set.records - 1]) {
      for (let j = 0; j < 26; j++) {
        const at = (shift: number) =>
          lossOf(
            record,
            weights.map((w, i) => (i === j ? w + shift : w)),
          );
        expect(gradients[record * 26 + j]).to.be.closeTo((at(h) - at(-h)) / (2 * h), 1e-7);
      }
    }
    expect(RISK_FEATURES).to.have.length(13);
  });

  for (const name of ['tfjs-wasm', 'tfjs-cpu'] satisfies EngineName[]) {
    it(`${name} agrees with float64 for every record of both heads, and frees what it held`, async () => {
      const engine = await createEngine(name);
      const before = tf.memory().numTensors;
      const unclipped = wide(1e6);
      const open = openHeads(engine, unclipped, examples);
      const given = open.perRecord(someWeights());
      open.dispose();
      const reference = openHeads(float64Engine, unclipped, examples).perRecord(someWeights());
      expect(given.length).to.equal(reference.length);
      expect(
        given.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (reference[i] ?? 0))), 0),
      ).to.be.below(1e-4);
      expect(tf.memory().numTensors).to.equal(before);
    });
  }

  it('leave the risk head as it is for a node without a market, and accept one without any rows', () => {
    const alone = openHeads(float64Engine, model, { peg: examples.peg }).perRecord(someWeights());
    expect(alone.length / model.size).to.equal(11);
    for (let at = 39; at < alone.length; at += model.size) {
      expect(alone.subarray(at, at + 26).every((v) => v === 0)).to.equal(true);
    }
    const none = { from: 0, to: 0 };
    const empty = { peg: [buildExamples(pegTable, none)], risk: buildRiskExamples(riskTable, none) };
    expect(openHeads(float64Engine, model, empty).perRecord(someWeights())).to.have.length(0);
  });
});

describe('heads of several horizons', () => {
  const fitting = { from: start, to: start + 90 * 24 };
  const three = createModel(defaultModelSpec({ feed, market, fitting }, { kind: 'linear' }, [1, 4, 24]));
  const day = { from: start + 24 * 48, to: start + 24 * 49 };
  const setOf = (horizon: PegHorizon, range = day) =>
    withMirror(buildExamples(computeFeatures(feed, horizon), range));
  const risk = buildRiskExamples(riskTable, day);

  it('have weights, rows and bounds of their own, and together the norm of one', () => {
    expect(headsOf(three).map(({ offset, size }) => [offset, size])).to.deep.equal([
      [0, 78],
      [78, 78],
      [156, 39],
      [195, 26],
    ]);
    requireHeadNorms(three, {
      privacy: TRAINING_DEFAULTS,
      update: { clipNorm: TRAINING_DEFAULTS.updateClipNorm },
    } as unknown as Parameters<typeof requireHeadNorms>[1]);
    const prng = createPrng(12);
    const weights = genesisOf(three).map((weight) => weight + 30 * prng.normal());
    const rows = openHeads(float64Engine, three, {
      peg: [24, 4, 1].map((h) => setOf(h as PegHorizon)),
      risk,
    });
    const row = rows.perRecord(weights);
    expect(row).to.have.length(three.size);
    for (const { offset, size, recordClipNorm } of three.heads.peg) {
      expect(l2Norm(row.subarray(offset, offset + size))).to.be.closeTo(1 / Math.sqrt(3), 1e-9);
      expect(recordClipNorm).to.be.closeTo(1 / Math.sqrt(3), 1e-12);
    }
    expect(l2Norm(row)).to.be.at.most(TRAINING_DEFAULTS.recordClipNorm + 1e-12);
  });

  it('learn from examples of their own horizon alone, and refuse to go without', () => {
    const weights = genesisOf(three);
    const all = openHeads(float64Engine, three, { peg: [setOf(1), setOf(4), setOf(24)], risk });
    const before = Float64Array.from(all.perRecord(weights));
    const turned = { ...setOf(4), y: setOf(4).y.map((y) => -2 - y) };
    const after = openHeads(float64Engine, three, { peg: [setOf(1), turned, setOf(24)], risk });
    const changed = after.perRecord(weights).map((value, i) => (value === before[i] ? 0 : 1));
    expect([
      ...new Set(
        three.heads.peg.map(({ offset, size }) => l2Norm(changed.subarray(offset, offset + size)) > 0),
      ),
    ]).to.deep.equal([false, true]);
    expect(() => openHeads(float64Engine, three, { peg: [setOf(1), setOf(24)], risk }))
      .to.throw()
      .with.property('code', 'HORIZON_ABSENT');
  });
});

describe('bounds of two heads', () => {
  it('clip an update head by head, so that a loud head takes nothing from the other', () => {
    const update = new Float64Array(57).fill(0.001);
    update.fill(5, 39);
    const clipped = clipHeads(model, update);
    expect(clipped.slice(0, 39)).to.deep.equal(update.slice(0, 39));
    expect(l2Norm(clipped.subarray(39))).to.be.closeTo(0.15, 1e-12);
    expect(l2Norm(clipped)).to.be.at.most(TRAINING_DEFAULTS.updateClipNorm);
  });

  it('must fit into the joint bounds that noise and norm checks follow', () => {
    const bounds = (record: number, update: number) =>
      ({ privacy: { recordClipNorm: record }, update: { clipNorm: update } }) as Parameters<
        typeof requireHeadNorms
      >[1];
    const update = jointNorm([0.22, 0.15]);
    requireHeadNorms(model, bounds(Math.sqrt(1.25), update));
    for (const [record, own] of [
      [1, update],
      [Math.sqrt(1.25), 0.22],
    ] as const) {
      expect(() => requireHeadNorms(model, bounds(record, own)))
        .to.throw()
        .with.property('code', 'HEAD_NORMS');
    }
  });
});

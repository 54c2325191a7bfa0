import { expect } from 'chai';
import fc from 'fast-check';
import {
  assessRisk,
  baselineRisk,
  createModel,
  createRiskModel,
  drawdownEvents,
  evaluateRisk,
  forecastPeg,
  forecastRisk,
  genesisOf,
  type ModelSpec,
  mainPegHead,
  parseModelSpec,
  scoreOf,
  startLogits,
  weightsOfHead,
} from '../index.ts';
import { canonicalRoundTrip, type Fixture, fixture } from './fixture.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return undefined;
};

describe('heads of one model', () => {
  let at: Fixture;
  before(() => {
    at = fixture();
  });

  it('lie one after the other under names of their own', () => {
    const { model } = at;
    expect(model.layout.tensors.map(({ name }) => name)).to.deep.equal(['peg/24h/weight', 'risk/weight']);
    const peg = mainPegHead(model);
    expect([model.size, peg.offset, model.heads.risk?.offset]).to.deep.equal([65, 0, 39]);
    const weights = Float64Array.from({ length: 65 }, (_, i) => i);
    expect([...weightsOfHead(model, peg, weights)].at(-1)).to.equal(38);
    expect(codeOf(() => weightsOfHead(model, peg, weights.slice(1)))).to.equal('MODEL_SIZE');
  });

  it('are described by JSON that says everything a forecast needs', () => {
    const { spec, model, window, market } = at;
    const copy = parseModelSpec(canonicalRoundTrip(spec));
    expect(copy).to.deep.equal(spec);
    const other = createModel(copy);
    const weights = genesisOf(model).map((_, i) => Math.sin(i) / 10);
    expect(forecastPeg(other, weights, window)).to.deep.equal(forecastPeg(model, weights, window));
    const input = { market, reference: market };
    expect(assessRisk(other, weights, input)).to.deep.equal(assessRisk(model, weights, input));
  });

  it('are refused by field when the description is wrong', () => {
    const { spec } = at;
    const { peg, risk } = spec.heads;
    const [day] = peg.horizons;
    const wrong: readonly (readonly [string, unknown])[] = [
      ['heads', {}],
      ['heads.peg.kind', { heads: { ...spec.heads, peg: { ...peg, kind: 'cubic' } } }],
      ['heads.peg.hidden', { heads: { ...spec.heads, peg: { ...peg, hidden: 8 } } }],
      ['heads.peg.hidden', { heads: { ...spec.heads, peg: { ...peg, kind: 'mlp' } } }],
      ['heads.peg.quantiles', { heads: { ...spec.heads, peg: { ...peg, quantiles: [0.5, 0.1, 0.9] } } }],
      ['heads.peg.horizons', { heads: { ...spec.heads, peg: { ...peg, horizons: [] } } }],
      ['heads.peg.horizons', { heads: { ...spec.heads, peg: { ...peg, horizons: [day, day] } } }],
      ...(
        [
          ['hours', { ...day, hours: 5 }],
          ['features', { ...day, features: '0'.repeat(64) }],
          ['features', { ...day, hours: 4 }],
        ] as const
      ).map(
        ([field, horizon]) =>
          [
            `heads.peg.horizons.0.${field}`,
            { heads: { ...spec.heads, peg: { ...peg, horizons: [horizon] } } },
          ] as const,
      ),
      ['heads.risk.features', { heads: { ...spec.heads, risk: { ...risk, features: '0'.repeat(64) } } }],
      ['heads.risk.recordClipNorm', { heads: { ...spec.heads, risk: { ...risk, recordClipNorm: 0 } } }],
      [
        'heads.risk.numbers.scores.drawdown',
        {
          heads: {
            ...spec.heads,
            risk: {
              ...risk,
              numbers: {
                ...risk?.numbers,
                scores: { ...risk?.numbers.scores, drawdown: new Array(21).fill(0).map((_, i) => -i) },
              },
            },
          },
        },
      ],
    ];
    for (const [field, value] of wrong) {
      try {
        parseModelSpec(value);
        expect.fail(field);
      } catch (error) {
        expect((error as { code?: string }).code, field).to.equal('MODEL_SPEC');
        expect((error as { metadata?: { field?: string } }).metadata?.field).to.match(
          new RegExp(`^${field}`),
        );
      }
    }
  });

  it('may be the peg head alone', () => {
    const { peg } = at.spec.heads;
    const alone = createModel(parseModelSpec({ heads: { peg } } satisfies ModelSpec));
    expect(alone.size).to.equal(39);
    const input = { market: at.market, reference: at.market };
    expect(codeOf(() => assessRisk(alone, genesisOf(alone), input))).to.equal('HEAD_ABSENT');
  });
});

describe('risk head', () => {
  let at: Fixture;
  before(() => {
    at = fixture();
  });

  it('is the EWMA baseline of volatility and the public start of drawdowns at genesis', () => {
    const { risk, examples } = at;
    const zero = forecastRisk(risk, new Float64Array(26), examples);
    expect(zero.volatility).to.deep.equal(baselineRisk('ewma', risk.numbers, examples).volatility);
    expect(zero.logit).to.deep.equal(startLogits(risk.numbers.start, examples));
    const { head, ewma } = evaluateRisk(risk, new Float64Array(26), examples);
    expect(head.volatility).to.deep.equal(ewma.volatility);
    const told = zero.logit.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0) / examples.rows;
    expect(told).to.be.closeTo(head.eventShare, 1e-6);
  });

  it('has baselines that were fitted: unbiased in the log, calibrated, and one event in twenty', () => {
    const { risk, examples } = at;
    for (const name of ['persistence', 'ewma'] as const) {
      const { logit, volatility } = baselineRisk(name, risk.numbers, examples);
      const bias =
        volatility.reduce((sum, v, i) => sum + v - (examples.volatility[i] ?? 0), 0) / examples.rows;
      expect(bias, name).to.be.closeTo(0, 1e-9);
      const mean = logit.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0) / examples.rows;
      expect(mean, name).to.be.closeTo(0.05, 0.001);
    }
    const events = drawdownEvents(risk.numbers.threshold, examples).reduce((sum, hit) => sum + hit, 0);
    expect(events / examples.rows).to.be.closeTo(0.05, 0.001);
  });

  it('scores from 0 to 100, in the middle for the median, and never lower for more', () => {
    const { scores } = at.risk.numbers;
    const values = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(scores.drawdown, scores.volatility), values, values, (table, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(scoreOf(table, low)).to.be.within(0, 100);
        expect(scoreOf(table, low)).to.be.at.most(scoreOf(table, high));
      }),
      { seed: 5, numRuns: 400 },
    );
    expect(scoreOf(scores.volatility, scores.volatility[10] ?? 0)).to.be.closeTo(50, 1e-9);
    expect(scoreOf([1, 1, 1], 1)).to.equal(100);
  });

  it('raises both scores when the market grows wilder, and says nothing of later hours', () => {
    const { model, market } = at;
    const weights = genesisOf(model);
    const wilder = Float64Array.from(market.close);
    const end = wilder.length;
    for (let t = end - 48; t < end; t++) wilder[t] = (wilder[t] ?? 1) * (t % 2 === 0 ? 1.05 : 0.95);
    const calm = assessRisk(model, weights, { market, reference: market });
    const wild = assessRisk(model, weights, { market: { ...market, close: wilder }, reference: market });
    expect(wild.drawdown.probability).to.be.greaterThan(calm.drawdown.probability);
    expect(wild.volatility.forecast).to.be.greaterThan(2 * calm.volatility.forecast);
    expect(wild.drawdown.score).to.be.greaterThan(calm.drawdown.score);
    expect(calm.hour).to.equal(market.startHour + end - 1);
  });

  it('refuses windows that are short, broken or of another hour', () => {
    const { model, market, window } = at;
    const weights = genesisOf(model);
    const cut = (from: number, to: number) => ({
      startHour: market.startHour + from,
      close: market.close.slice(from, to),
    });
    const assess = (own: typeof market, reference = own) =>
      codeOf(() => assessRisk(model, weights, { market: own, reference }));
    expect(assess(cut(0, 720))).to.equal('WINDOW_TOO_SHORT');
    expect(assess(cut(0, 721))).to.equal(undefined);
    expect(assess(cut(0, 800), cut(0, 799))).to.equal('WINDOW_MISALIGNED');
    expect(assess({ ...cut(0, 800), startHour: 0.5 })).to.equal('WINDOW_NOT_FINITE');
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = cut(0, 800);
      broken.close[700] = bad;
      expect(assess(broken)).to.equal('WINDOW_NOT_FINITE');
    }
    expect(codeOf(() => assessRisk(model, weights.slice(1), { market, reference: market }))).to.equal(
      'MODEL_SIZE',
    );
    const peg = (deviation: Float64Array) =>
      codeOf(() => forecastPeg(model, weights, { startHour: 1, deviation }));
    expect(peg(window.deviation.slice(0, 336))).to.equal('WINDOW_TOO_SHORT');
    expect(peg(window.deviation.slice(0, 337))).to.equal(undefined);
    expect(peg(window.deviation.map((v, i) => (i === 400 ? Number.NaN : v)))).to.equal('WINDOW_NOT_FINITE');
  });

  it('knows a perfect ranking from none', () => {
    const { examples } = at;
    let { risk } = at;
    // Weighs the first volatility alone, against nothing public.
    const one = new Float64Array(26);
    one[2] = 1;
    risk = createRiskModel({ ...risk.numbers, start: risk.numbers.start.map(() => 0) });
    const inFeature = (values: Float64Array) =>
      examples.x.map((_, i) => (i % 13 === 1 ? values[Math.floor(i / 13)]! : 0));
    const perfect = {
      ...examples,
      x: inFeature(examples.drawdown.map((fall, i) => fall / Math.exp(examples.usual[i]!))),
    };
    expect(evaluateRisk(risk, one, perfect).head.drawdown.auc).to.equal(1);
    const flat = { ...examples, x: inFeature(examples.drawdown.map(() => 1)) };
    expect(evaluateRisk(risk, one, flat).head.drawdown.auc).to.equal(0.5);
    const calm = { ...examples, drawdown: examples.drawdown.map(() => 0) };
    expect(evaluateRisk(risk, new Float64Array(26), calm).head.drawdown.auc).to.equal(null);
    expect(codeOf(() => evaluateRisk(risk, new Float64Array(26), { ...examples, rows: 0 }))).to.equal(
      'EXAMPLES_EMPTY',
    );
  });
});

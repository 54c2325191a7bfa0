import { expect } from 'chai';
import { assessRisk, forecastPeg, genesisOf } from '../../models/index.ts';
import { fixture } from '../../models/test/fixture.ts';
import { createPredictor } from '../index.ts';
import { type AttributionJson, pegForecast, pegHistory, riskAssessment } from '../schemas/index.ts';
import { errorOf, memorySource, serve, stopAll } from './support.ts';

const { model, window, market } = fixture();
const weights = genesisOf(model).map((value, i) => value + ((i % 7) - 3) / 100);
const made = { version: 4, modelDigest: 'ab'.repeat(32) };
const predictor = createPredictor({
  model,
  current: async () => ({ ...made, weights }),
  known: () => ({ peg: window, market }),
});
const tail = (values: Float64Array, hours: number) => [...values.subarray(-hours)];

describe('api: predictions', () => {
  after(stopAll);

  it('are the forward pass of the model, bit by bit, over what was sent', async () => {
    const deviation = tail(window.deviation, 400);
    const peg = await predictor.peg({ window: { startHour: 7, deviation } });
    const expected = forecastPeg(model, weights, { startHour: 7, deviation: Float64Array.from(deviation) });
    expect(peg).to.deep.include({ ...made, input: 'request', hour: 406 });
    const [day] = expected.horizons;
    expect(peg.horizons).to.deep.equal([
      {
        horizonHours: 24,
        scaleBp: day?.scale,
        modelShare: day?.modelShare,
        quantiles: [
          { level: 0.1, deviationBp: day?.quantiles[0] },
          { level: 0.5, deviationBp: day?.quantiles[1] },
          { level: 0.9, deviationBp: day?.quantiles[2] },
        ],
      },
    ]);
    const close = tail(market.close, 800);
    const series = { startHour: 7, close };
    const { hour, horizonHours, drawdown, volatility } = assessRisk(model, weights, {
      market: { startHour: 7, close: Float64Array.from(close) },
      reference: { startHour: 7, close: Float64Array.from(close) },
    });
    expect(await predictor.risk({ market: series, reference: series })).to.deep.equal({
      ...made,
      input: 'request',
      hour,
      horizonHours,
      drawdown,
      volatility,
    });
  });

  it('show past hours as they were forecast, and the hours to come', async () => {
    const { hour, outcomes, horizons, levels } = pegHistory.parse(await predictor.pegHistory());
    const last = window.startHour + window.deviation.length - 1;
    expect([hour, outcomes.startHour]).to.deep.equal([last, last - 335]);
    expect(outcomes.deviationBp.at(-1)).to.be.closeTo(window.deviation.at(-1) ?? 0, 0.006);
    const [day] = horizons;
    expect([horizons.length, day?.horizonHours, day?.startHour]).to.deep.equal([1, 24, last - 335]);
    const now = (await predictor.peg({})).horizons[0]?.quantiles.map(({ deviationBp }) => deviationBp) ?? [];
    expect(day?.quantiles).to.have.length(levels.length);
    // 14 days that have come, and one that has not.
    for (const [q, level] of (day?.quantiles ?? []).entries()) {
      expect(level).to.have.length(336 + 24);
      expect(level.at(-1)).to.be.closeTo(now[q] ?? Number.NaN, 0.1);
    }
    // What was known a day before made it: the same forecast from a window that ends there.
    const cut = window.deviation.subarray(0, -24);
    const then = forecastPeg(model, weights, { startHour: window.startHour, deviation: cut.slice(-60 * 24) });
    expect(day?.quantiles[1]?.at(-25)).to.be.closeTo(then.horizons[0]?.quantiles[1] ?? Number.NaN, 0.1);
    expect(await predictor.pegHistory()).to.equal(await predictor.pegHistory());
  });

  it('say what each feature adds to every number, where that is asked for', async () => {
    const { get } = await serve({ source: memorySource({ predict: predictor }) });
    const ask = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const response = await get(path, { method: 'POST', body: JSON.stringify(body), headers });
      expect(response.status).to.equal(200);
      return response.json();
    };
    const total = ({ terms, contributions, error }: AttributionJson) =>
      [...terms, ...contributions].reduce((sum, { value }) => sum + value, error);
    const sent = { startHour: 7, deviation: tail(window.deviation, 400) };
    for (const body of [{ explain: true }, { explain: true, window: sent }]) {
      const peg = pegForecast.parse(await ask('/v1/predictions/peg', body));
      for (const { deviationBp, attribution } of peg.horizons.flatMap(({ quantiles }) => quantiles)) {
        expect(attribution && total(attribution)).to.be.closeTo(deviationBp, 1e-9);
      }
    }
    const { drawdown, volatility } = riskAssessment.parse(
      await ask('/v1/predictions/risk', { explain: true }),
    );
    const odds = drawdown.attribution && Math.exp(total(drawdown.attribution));
    expect(odds).to.be.closeTo(drawdown.probability / (1 - drawdown.probability), 1e-9);
    expect(volatility.attribution && Math.exp(total(volatility.attribution))).to.be.closeTo(
      volatility.forecast,
      1e-9,
    );
    const silent = pegForecast.parse(await ask('/v1/predictions/peg', { explain: false }));
    expect(silent.horizons[0]?.quantiles[0]).not.to.have.property('attribution');
  });

  it('are made from the public feeds where nothing is sent, holes and all', async () => {
    const [deviation, close] = [window.deviation.slice(), market.close.slice()];
    deviation[deviation.length - 5] = Number.NaN;
    close[close.length - 5] = 0;
    const holes = createPredictor({
      model,
      current: async () => ({ ...made, weights }),
      known: () => ({ peg: { ...window, deviation }, market: { ...market, close } }),
    });
    const peg = await holes.peg({});
    expect(peg).to.include({ input: 'public-feed', hour: window.startHour + window.deviation.length - 1 });
    expect((await predictor.peg({})).hour).to.equal(peg.hour);
    const risk = await holes.risk({});
    expect(risk.input).to.equal('public-feed');
    expect(risk.drawdown.probability).to.be.within(0, 1);
  });

  it('answer 422 with the reason where there is too little, or no public market', async () => {
    const bare = createPredictor({
      model,
      current: async () => ({ ...made, weights }),
      known: () => ({ peg: window }),
    });
    const { get } = await serve({ source: memorySource({ predict: bare }) });
    const post = (body: unknown) => ({
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const series = { startHour: 1, close: [1, 2] };
    for (const [path, body, reason] of [
      ['peg', { window: { startHour: 1, deviation: [1, 2] } }, 'WINDOW_TOO_SHORT'],
      ['risk', { market: series, reference: series }, 'WINDOW_TOO_SHORT'],
      ['risk', {}, 'WINDOW_ABSENT'],
    ] as const) {
      const response = await get(`/v1/predictions/${path}`, post(body));
      expect(response.status, reason).to.equal(422);
      expect((await errorOf(response)).details).to.include({ reason });
    }
    const whole = await get('/v1/predictions/peg', post({}));
    expect(whole.status).to.equal(200);
  });
});

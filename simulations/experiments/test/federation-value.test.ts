import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadSeries } from '../../../node/data/index.ts';
import { endHour, type HourlySeries, sliceHours } from '../../../node/features/index.ts';
import { clearFigures, openTrial, type Trial } from '../federation-value/clear.ts';
import { dissimilarityFigures } from '../federation-value/dissimilarity.ts';
import { documentOf } from '../federation-value/document.ts';
import { calmest, type History } from '../federation-value/histories.ts';
import { averageFigures, calmScores, newcomerFigures } from '../federation-value/insurance.ts';
import { liarFigures } from '../federation-value/liars.ts';
import { privacyFigures } from '../federation-value/privacy.ts';
import type { Recipe } from '../federation-value/recipes.ts';
import {
  currentFigures,
  normsOf,
  parseResults,
  resultOf,
  resultsText,
  withNorms,
} from '../federation-value/results.ts';
import { openTask } from '../federation-value/task.ts';
import { venueCase, venueFigures } from '../federation-value/venues.ts';

const RECIPE: Recipe = { rounds: 6, localSteps: 2, learningRate: 0.5, server: 'fedavgm:beta1=0.5' };
const NORM = 0.5;
const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));

/** Seven nodes of two generated venues, 20 days of rows each, judged on the 30 days after. */
async function smallTrial(
  days = 34,
  alike = false,
): Promise<{ readonly trial: Trial; readonly histories: History[] }> {
  const coins = new Map<string, HourlySeries>();
  for (const venue of [1, 2]) {
    const { series } = await loadSeries({ kind: 'generator', seed: 5, venue, days: 130 });
    coins.set(`venue-${venue}`, series);
  }
  const histories: History[] = [];
  let from = 0;
  for (const [coin, series] of coins) {
    from = endHour(series) - 24 * 30;
    for (let k = 0; k < (coin === 'venue-1' ? 4 : 3); k++) {
      const to = from - 24 * 15 * k;
      histories.push({ name: `${coin}-${k}`, coin, series: sliceHours(series, to - 24 * days, to) });
    }
  }
  const test = { from, to: from + 24 * 29 };
  if (alike) for (const [i, one] of histories.entries()) histories[i] = { ...histories[0]!, name: one.name };
  const task = openTask({ coins, histories, horizon: 24, test, norms: { record: NORM, update: 0.22 } });
  return { trial: openTrial(task, RECIPE, NORM), histories };
}

describe('federation value', () => {
  it('judges local, federated and pooled on the same rows, and is the same again', async () => {
    const { trial } = await smallTrial();
    const figures = clearFigures(trial);
    expect(figures.nodes).to.have.length(7);
    expect(figures.gain.value).to.be.closeTo(figures.federated.value - figures.local.value, 1e-12);
    const share = figures.gain.value / (figures.pooled.value - figures.local.value);
    expect(figures.share.value).to.be.closeTo(share, 1e-9);
    expect(figures.gain.low).to.be.at.most(figures.gain.value);
    // Skill at the last mark of the curve is that of the result.
    expect(figures.curve.at(-1)?.federated).to.be.closeTo(figures.federated.value, 1e-12);
    expect(figures.curve.at(-1)?.local).to.be.closeTo(figures.local.value, 1e-12);
    expect(clearFigures((await smallTrial()).trial)).to.deep.equal(figures);
    const { text, plots } = documentOf(new Map([['clear/period/full/24', figures]]), { 1: 1, 4: 1, 24: 1 });
    expect(text).to.include('venue-2-2');
    expect(plots['federation-rounds.svg']).to.include('<path d="M');
  });

  it('charges more noise for less ε, and shows what lies do to a mean', async () => {
    const { trial } = await smallTrial();
    const { cases } = privacyFigures(trial, 1);
    const noise = cases.map(({ noiseMultiplier }) => noiseMultiplier);
    expect(noise).to.deep.equal([...noise].sort((a, b) => a - b));
    expect(cases[0]?.releases).to.equal(12);
    const lied = liarFigures(trial, 1).cases.filter(({ attack }) => attack.startsWith('sign flip'));
    const kept = Object.fromEntries(lied.map(({ rule, kept: { value } }) => [rule, value]));
    expect(kept['multi-krum']).to.be.above(kept.mean ?? Number.NaN);
    expect(kept.caf).to.be.above(kept.mean ?? Number.NaN);
  });

  it('finds a pull that no rule can rule out where nodes differ, and none where they are alike', async () => {
    const { trial } = await smallTrial();
    const figures = dissimilarityFigures(trial, 1);
    // Two of seven: √(2 ÷ 3)/2 of a standard deviation in one direction, at most of all of them.
    expect(figures.pull).to.be.within(1e-6, (Math.sqrt(2 / 3) / 2) * figures.spread);
    expect(figures.kept.value).to.be.below(1);
    const same = dissimilarityFigures((await smallTrial(34, true)).trial, 1);
    expect(same.spread).to.be.below(1e-12);
    expect(same.kept.value).to.be.closeTo(1, 1e-9);
  });

  it('brings a newcomer its own rows alone, from calm weeks of its own history', async () => {
    const { trial, histories } = await smallTrial(40);
    const calm = calmest(histories, 34 * 24);
    for (const [i, { series }] of calm.entries()) {
      expect(series.deviation).to.have.length(34 * 24);
      expect(series.startHour).to.be.at.least(histories[i]!.series.startHour);
      expect(endHour(series)).to.be.at.most(endHour(histories[i]!.series));
    }
    const joining = (await smallTrial()).trial;
    const figures = newcomerFigures(trial, joining);
    expect(figures.nodes.map(({ local }) => local)).to.deep.equal(
      clearFigures(joining).nodes.map(({ local }) => local),
    );
  });

  it('averages cases, and counts the nodes that gain', async () => {
    const { trial } = await smallTrial();
    const { nodes, gain, mixedGain } = clearFigures(trial);
    const one = averageFigures([[{ trial, scores: calmScores(trial) }]]);
    // One case of one event: its own gain, with its own resamples.
    expect(one.gain).to.deep.equal(gain);
    expect(one.mixedGain).to.deep.equal(mixedGain);
    expect(one.gaining).to.equal(nodes.filter((node) => node.gain.value > 0).length);
    const two = averageFigures([
      [{ trial, scores: calmScores(trial) }],
      [{ trial, scores: calmScores(trial) }],
    ]);
    expect(two.gain.value).to.be.closeTo(gain.value, 1e-12);
    // Two events drawn independently are surer than one.
    expect((two.gain.high ?? 0) - (two.gain.low ?? 0)).to.be.below((gain.high ?? 0) - (gain.low ?? 0));
  });

  it('cuts the common hours of two venues, and says what crossing them is worth', async () => {
    const series = await Promise.all(
      [1, 2].map(
        async (venue) => (await loadSeries({ kind: 'generator', seed: 5, venue, days: 130 })).series,
      ),
    );
    const [oracle, exchange] = series.map((one, i) =>
      sliceHours(one, one.startHour + 240 * i, endHour(one) - 48),
    );
    const cut = venueCase(oracle!, exchange!);
    expect(cut.hours).to.equal(130 * 24 - 240 - 48);
    for (const [i, { coin, series: own }] of cut.histories.entries()) {
      expect(endHour(own)).to.be.at.most(cut.test.from);
      if (cut.histories[i + 1]?.coin === coin)
        expect(cut.histories[i + 1]?.series.startHour).to.equal(endHour(own));
    }
    const { venues: coins, histories, test } = cut;
    const norms = { record: NORM, update: 0.22 };
    const judged = { from: test.from, to: test.to - 24 };
    const task = openTask({ coins, histories, horizon: 24, test: judged, norms });
    const figures = venueFigures(openTrial(task, RECIPE, NORM), cut);
    expect(figures.correlation).to.be.within(-1, 1);
    expect(figures.acrossGain.value).to.be.closeTo(figures.federated.value - figures.within.value, 1e-12);
    const both = figures.acrossGains.reduce((sum, { gain }) => sum + gain.value / 2, 0);
    expect(figures.acrossGain.value).to.be.closeTo(both, 1e-12);
    const same = venueCase(oracle!, oracle!);
    expect(venueFigures(openTrial(task, RECIPE, NORM), same).correlation).to.be.closeTo(1, 1e-9);
  });

  it('keeps results that tables are made of, and drops those of other settings', () => {
    const norms = { 1: 0.1, 4: 0.2, 24: 0.3 };
    const result = resultOf('clear/period/full/4', norms, 5, { value: 1 / 3, rows: 4_896_123_456 });
    const text = resultsText(withNorms(new Map([[result.name, result]]), norms), [result.name]);
    const read = parseResults(text);
    expect(normsOf(read)).to.deep.equal(norms);
    expect(currentFigures(read, norms).get(result.name)).to.deep.equal({
      value: 0.333333,
      rows: 4_896_123_456,
    });
    expect(currentFigures(read, { ...norms, 4: 0.25 }).has(result.name)).to.equal(false);
    expect(currentFigures(read, { ...norms, 1: 0.25 }).has(result.name)).to.equal(true);
    // The risk head has nothing of the peg's norms.
    const risk = resultOf('risk/calm/none/60/terra', norms, 5, 1);
    const other = { 1: 1, 4: 1, 24: 1 };
    expect(currentFigures(new Map([[risk.name, risk]]), other).get(risk.name)).to.equal(1);
    expect(resultsText(read, []).split('\n')).to.have.length(2);
  });

  it('prints the page from the results beside it', async () => {
    const results = parseResults(await readFile(`${DOCS}federation-study.jsonl`, 'utf8'));
    const norms = normsOf(results);
    if (norms === undefined) throw new RangeError('results: got no norms, expected them');
    const { answer, text, plots } = documentOf(currentFigures(results, norms), norms);
    const page = await readFile(`${DOCS}federation-study.md`, 'utf8');
    expect(page).to.include(`<!-- begin of answer -->\n${answer}<!-- end of answer -->`);
    expect(page).to.include(`<!-- begin of tables -->\n${text}<!-- end of tables -->`);
    for (const [name, svg] of Object.entries(plots))
      expect(await readFile(`${DOCS}${name}`, 'utf8')).to.equal(svg);
  });
});

import { dateOfHour } from '../../data/index.ts';
import type { Evaluation } from '../evaluate.ts';
import type { ForecastFigures } from '../figures.ts';
import type { HorizonFigures } from '../held-out.ts';
import type { WarningFigures } from '../warning.ts';
import { fanChart, reliabilityDiagram } from './curves.ts';
import { type ForestRow, forest, key } from './forest.ts';
import { details, escapeText, estimateText, percent, plain, signedPercent, table } from './html.ts';

/** The least and the most that an 80 % interval should cover. */
export const COVERAGE_GOAL = [0.75, 0.85] as const;

/** Forecasters of an evaluation in the order in which they appear, for their marks. */
function seriesOf(evaluation: Evaluation): Map<string, number> {
  const names = evaluation.heldOut.flatMap(({ forecasters }) => forecasters.map(({ name }) => name));
  const order = ['B0', 'B2', 'B3', ...names];
  return new Map([...new Set(order)].map((name, series) => [name, series]));
}

const label = ({ coin, horizonHours }: { coin: string; horizonHours: number }) =>
  `${coin}, ${horizonHours} h`;

function keyOf(series: ReadonlyMap<string, number>, wanted: (name: string) => boolean): string {
  return key([...series].filter(([name]) => wanted(name)).map(([name, index]) => ({ series: index, name })));
}

export function skillSection(evaluation: Evaluation): string {
  const series = seriesOf(evaluation);
  const shown = (name: string) => name !== 'B2' && name !== 'B2 + conformal';
  const rowsFor = (horizon: number): ForestRow[] =>
    evaluation.heldOut
      .filter(({ horizonHours }) => horizonHours === horizon)
      .map((one) => ({
        label: label(one),
        points: one.forecasters
          .filter(({ name }) => shown(name))
          .map(({ name, skill }) => ({
            series: series.get(name) ?? 0,
            name,
            estimate: skill.B2 ?? null,
          })),
      }));
  const plots = evaluation.options.horizonsHours.map((horizon) =>
    forest(rowsFor(horizon), {
      title: `Skill against B2, ${horizon} h ahead`,
      text: (value) => signedPercent(value, 0),
      limits: [-0.6, 0.6],
      reference: 0,
    }),
  );
  return section(
    'Skill on held-out time',
    `<p>1 − pinball loss / pinball loss of scaled persistence (B2): to the right of the line is better. Lines are ${percent(evaluation.options.level, 0)} intervals.</p>` +
      `${keyOf(series, shown)}<div class="plots">${plots.join('')}</div>${details('All figures', figureTable(evaluation.heldOut))}`,
  );
}

function figureTable(heldOut: readonly HorizonFigures[]): string {
  const share = (value: number) => percent(value);
  const signed = (value: number) => signedPercent(value);
  const row = (one: HorizonFigures, figures: ForecastFigures): string[] => [
    escapeText(`${label(one)}: ${figures.name}`),
    String(one.rows),
    estimateText(figures.pinball, plain),
    estimateText(figures.skill.B0 ?? null, signed),
    estimateText(figures.skill.B2 ?? null, signed),
    estimateText(figures.skill.B3 ?? null, signed),
    estimateText(figures.crps, plain),
    estimateText(figures.coverage, share),
    estimateText(figures.width, plain),
    estimateText(figures.winkler, plain),
    estimateText(figures.mae, plain),
    estimateText(figures.rmse, plain),
    estimateText(figures.smape, plain),
    estimateText(figures.mase, plain),
    estimateText(figures.direction, share),
  ];
  return table(
    [
      '',
      'rows',
      'pinball, bp',
      'against B0',
      'against B2',
      'against B3',
      'CRPS, bp',
      'coverage',
      'width, bp',
      'Winkler, bp',
      'MAE, bp',
      'RMSE, bp',
      'sMAPE',
      'MASE',
      'direction',
    ],
    heldOut.flatMap((one) => one.forecasters.map((figures) => row(one, figures))),
  );
}

export function coverageSection(evaluation: Evaluation): string {
  const names = ['B2', 'B2 + conformal', evaluation.model, `${evaluation.model} + conformal`];
  const rowsFor = (horizon: number, part: 'coverageCalm' | 'coverageStressed'): ForestRow[] =>
    evaluation.heldOut
      .filter(({ horizonHours }) => horizonHours === horizon)
      .map((one) => {
        const weeks = part === 'coverageCalm' ? one.weeks.calm : one.weeks.stressed;
        return {
          label: `${label(one)} (${weeks} weeks)`,
          points: one.forecasters
            .filter(({ name }) => names.includes(name))
            .map((figures) => ({
              series: names.indexOf(figures.name),
              name: figures.name,
              estimate: figures[part],
            })),
        };
      });
  const plots = evaluation.options.horizonsHours.flatMap((horizon) =>
    (['coverageCalm', 'coverageStressed'] as const).map((part) =>
      forest(rowsFor(horizon, part), {
        title: `${horizon} h ahead, ${part === 'coverageCalm' ? 'calm' : 'stressed'} weeks`,
        text: (value) => percent(value, 0),
        limits: [0.3, 1],
        reference: 0.8,
        band: COVERAGE_GOAL,
      }),
    ),
  );
  const still = evaluation.heldOut.filter(({ unchanged }) => unchanged > COVERAGE_GOAL[1]);
  const note =
    still.length === 0
      ? ''
      : `<p class="muted">No interval around the last price covers less than the hours in which it did not move: ${still
          .map((one) => `${escapeText(label(one))} ${percent(one.unchanged, 0)}`)
          .join(', ')}.</p>`;
  return section(
    'What 80 % intervals cover',
    `<p>Share of the outcomes within the 10 and 90 % quantiles; the green band is 75 to 85 %. A week is stressed when its root mean square move is above the 90 % quantile of the training weeks.</p>` +
      `${key(names.map((name, series) => ({ series, name })))}${note}<div class="plots">${plots.join('')}</div>`,
  );
}

export function fanSection({ fans }: Evaluation): string {
  if (fans.length === 0) return '';
  return section(
    'Forecasts and what came',
    `<p>Band: 10 to 90 %. Dark line: the deviation that came. Thinned; each point stands at the hour that was forecast.</p><div class="plots">${fans.map(fanChart).join('')}</div>`,
  );
}

export function eventSection(evaluation: Evaluation): string {
  const { events, options } = evaluation;
  if (events.length === 0) return section('Events left out', '<p>No named event lies in these data.</p>');
  const series = seriesOf(evaluation);
  const shown = (name: string) => name !== 'B2' && !name.includes('conformal');
  const horizon = Math.max(...options.horizonsHours);
  const names = [...new Set(events.map(({ event }) => event))];
  const plots = names.map((name) =>
    forest(
      events
        .filter((one) => one.event === name && one.horizonHours === horizon)
        .map((one) => ({
          label: `${one.coin} (${one.rows} hours)`,
          points: one.forecasters
            .filter((figures) => shown(figures.name))
            .map((figures) => ({
              series: series.get(figures.name) ?? 0,
              name: figures.name,
              estimate: figures.skill.B2 ?? null,
            })),
        })),
      {
        title: `${name}, ${horizon} h ahead: skill against B2`,
        text: (value) => signedPercent(value, 0),
        limits: [-0.6, 0.6],
        reference: 0,
      },
    ),
  );
  const signed = (value: number) => signedPercent(value);
  const rows = events.flatMap((one) =>
    one.forecasters.map((figures) => [
      escapeText(`${one.event}: ${label(one)}: ${figures.name}`),
      String(one.rows),
      estimateText(figures.pinball, plain),
      estimateText(figures.skill.B0 ?? null, signed),
      estimateText(figures.skill.B2 ?? null, signed),
      estimateText(figures.skill.B3 ?? null, signed),
      estimateText(figures.coverage, (value) => percent(value)),
    ]),
  );
  return section(
    'Events left out in turn',
    `<p>Everything is fitted on rows that read nothing of the event, nor of the hours around it, and judged within it. An event lasts days: at 24 h these are few independent points, and intervals say so at best in part.</p>${keyOf(series, shown)}<div class="plots">${plots.join('')}</div>` +
      details(
        'All horizons',
        table(['', 'rows', 'pinball, bp', 'against B0', 'against B2', 'against B3', 'coverage'], rows),
      ),
  );
}

export function volatilitySection({ volatility }: Evaluation): string {
  if (volatility.length === 0) return '';
  const names = [...new Set(volatility.flatMap(({ models }) => models.map(({ name }) => name)))];
  const plot = forest(
    volatility.map(({ asset, models }) => ({
      label: asset,
      points: models
        .filter(({ name }) => name !== 'EWMA')
        .map(({ name, skill }) => ({ series: names.indexOf(name), name, estimate: skill })),
    })),
    {
      title: 'Skill in QLIKE against EWMA, next 24 h',
      text: (value) => signedPercent(value, 0),
      limits: [-0.6, 0.6],
      reference: 0,
    },
  );
  const rows = volatility.map(({ asset, rows: count, models }) => [
    escapeText(asset),
    String(count),
    ...names.map((name) => estimateText(models.find((model) => model.name === name)?.qlike ?? null, plain)),
  ]);
  return section(
    'Volatility',
    `<p>Realised variance of the next 24 hours of hourly returns, models fitted before the cutoff and updated every hour.</p>${key(
      names.flatMap((name, series) => (name === 'EWMA' ? [] : [{ series, name }])),
    )}<div class="plots">${plot}<div><h3>QLIKE</h3>${table(['', 'rows', ...names.map(escapeText)], rows)}</div></div>`,
  );
}

export function riskSection(evaluation: Evaluation): string {
  const { risk, depegs, options } = evaluation;
  const parts: string[] = [];
  const points = (value: number) => plain(value);
  if (risk.length > 0) {
    const rows = risk.map((one) => [
      escapeText(one.asset),
      percent(one.eventShare),
      estimateText(one.auc, points),
      estimateText(one.aucOfEwma, points),
      estimateText(one.aucGain, points),
      estimateText(one.brier, points),
      estimateText(one.calibration.expected, points),
      estimateText(one.logLossSkill, (value) => signedPercent(value)),
      estimateText(one.volatilitySkill, (value) => signedPercent(value)),
    ]);
    parts.push(
      '<h3>Falls of the next 24 hours</h3><p>An event is a fall beyond the 95 % quantile of those of the reference market’s training part. Skill in log loss and QLIKE is against EWMA.</p>' +
        table(
          [
            '',
            'events',
            'AUC',
            'AUC of EWMA',
            'gain',
            'Brier',
            'calibration error',
            'log loss',
            'volatility',
          ],
          rows,
        ),
      `<div class="plots">${risk
        .map((one) => reliabilityDiagram(`${one.asset}: reliability`, one.calibration))
        .join('')}</div>`,
    );
  }
  const warnings = [
    ...depegs.map((one) => ({ name: `${one.coin}: ${one.forecaster}`, warning: one as WarningFigures })),
    ...risk.flatMap(({ asset, warning }) =>
      warning === null ? [] : [{ name: `${asset}: ${evaluation.model}`, warning }],
    ),
  ];
  if (warnings.length > 0) {
    parts.push(
      `<h3>Early warning</h3><p>Alarms in the ${warnings[0]?.warning.lookbackHours} hours before an event are warnings of it; others outside events are false, one for each run. Pegs: an event is a deviation beyond ±${options.depegBp} bp, an alarm a 24-hour interval that leaves that band. Volatile assets: a fall as above, and a probability among the highest fifth of the training part.</p>` +
        table(
          ['', 'events', 'warned', 'only during', 'missed', 'share warned', 'lead, h', 'false alarms a week'],
          warnings.map(({ name, warning }) => [
            escapeText(name),
            String(warning.events),
            String(warning.early),
            String(warning.late),
            String(warning.missed),
            estimateText(warning.earlyShare, (value) => percent(value, 0)),
            estimateText(warning.leadHours, points),
            estimateText(warning.falseAlarmsPerWeek, points),
          ]),
        ),
    );
  }
  return parts.length === 0 ? '' : section('Risk and early warning', parts.join(''));
}

export function dataSection({ heldOut, notes, options }: Evaluation): string {
  const seen = new Map<string, HorizonFigures>();
  for (const one of heldOut) if (!seen.has(one.coin)) seen.set(one.coin, one);
  const rows = [...seen.values()].map((one) => [
    escapeText(one.coin),
    one.stepHours === 24 ? 'day' : 'hour',
    `${dateOfHour(one.from)} to ${dateOfHour(one.to)}`,
    String(one.rows),
    one.baselines === 'own' ? 'its own rows' : 'all coins’ rows',
  ]);
  const listed = notes.map((note) => `<li>${escapeText(note)}</li>`).join('');
  return section(
    'What was judged, and how',
    `${table(['', 'step', 'tested', 'rows', 'baselines fitted on'], rows)}
<p>Trained on rows whose labels ended before ${options.cutoff}; tested from there on. B0: no change, with the quantiles of past changes. B2: the same, scaled by the usual change. B3: reversion to three averages. “+ conformal”: corrected online by its own past errors.</p>
<p>Intervals: moving-block bootstrap, ${options.resamples} resamples, blocks of five days for pegs (two within events, ten for volatile assets), the same blocks for both of what is compared, seed ${options.seed}.${options.rounds > 0 ? ` The default model is trained here: ${options.rounds} rounds of the published defaults, without noise.` : ''}</p>
${listed === '' ? '' : `<h3>Left out</h3><ul>${listed}</ul>`}`,
  );
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeText(title)}</h2>${content}</section>`;
}

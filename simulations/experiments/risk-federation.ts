import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { slicesFor } from '../../node/data/index.ts';
import type { RiskSkill } from '../../node/runtime/index.ts';
import { TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { type FederatedResult, type PreparedMarket, prepareMarket, runFederation } from './federated-run.ts';
import { printDrawdown } from './risk-drawdown/print.ts';
import { printGenerated } from './risk-drawdown/print-generated.ts';
import { printEvents } from './risk-event-table.ts';

// What the federated risk head is worth with the published defaults, beside the same training by each node alone and
// beside its baselines: seven nodes, ten rounds, held-out rows of the public market. Run it with
//
//     node simulations/experiments/risk-federation.ts [--quick | --events | --drawdown [--settings] | --generator]
//
// `--quick` takes three seeds. The recorded market is read from BALLAST_DATA (../shared/data unless set) and left out
// where it is absent; its test is the last fifth of the public calendar, 2022-08-15 on, with an event that no node has
// seen (November 2022). It is a split by time; no event is left out of the training on purpose. `--events` does that
// instead: each stress event of the recordings in turn is what the head is tested on, and nothing near it is trained on.
// `--drawdown` trains before 2022 and tests on seven perpetuals in 2022, beside EWMA's ranking; `--settings` prints
// before it what the settings were chosen by. `--generator` does the same on generated markets, beside one who sees
// what is hidden there.

const NODES = 7;
const ROUNDS = 10;
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    generator: { type: 'boolean' },
    events: { type: 'boolean' },
    drawdown: { type: 'boolean' },
    settings: { type: 'boolean', default: false },
  },
});
const SEEDS = Array.from({ length: values.quick ? 3 : 10 }, (_, i) => 101 + i);
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

type Figures = { readonly [name: string]: number };

function figures({ head, ewma, persistence }: RiskSkill): Figures {
  return {
    drawdownEwma: 1 - head.drawdown.logLoss / ewma.drawdown.logLoss,
    drawdownPersistence: 1 - head.drawdown.logLoss / persistence.drawdown.logLoss,
    auc: head.drawdown.auc ?? Number.NaN,
    aucEwma: ewma.drawdown.auc ?? Number.NaN,
    volatilityEwma: 1 - head.volatility.qlike / ewma.volatility.qlike,
    volatilityPersistence: 1 - head.volatility.qlike / persistence.volatility.qlike,
    logErrorEwma: 1 - head.volatility.logError / ewma.volatility.logError,
  };
}

function run(market: PreparedMarket, seed: number, unit: 'record' | 'none', only?: number): FederatedResult {
  return runFederation(market, {
    training: { ...TRAINING_DEFAULTS, unit },
    seed: `risk-federation/${seed}`,
    ...(only === undefined ? {} : { only }),
  });
}

function row(label: string, all: readonly Figures[]): void {
  const of = (name: string) => all.map((one) => one[name] ?? Number.NaN).filter(Number.isFinite);
  const worst = (name: string) => `${percent(mean(of(name)))} (${percent(Math.min(...of(name)))})`;
  print(
    [
      label.padEnd(20),
      worst('drawdownEwma'),
      percent(mean(of('drawdownPersistence'))),
      `${mean(of('auc')).toFixed(3)} / ${mean(of('aucEwma')).toFixed(3)}`,
      worst('volatilityEwma'),
      percent(mean(of('volatilityPersistence'))),
      percent(mean(of('logErrorEwma'))),
    ].join('  '),
  );
}

function risk({ final }: FederatedResult): Figures {
  if (final.risk === undefined)
    throw new RangeError('risk: got no report, expected a market with a risk head');
  return figures(final.risk);
}

type Case = { readonly label: string; readonly unit: 'record' | 'none'; readonly alone: boolean };
const CASES: readonly Case[] = [
  { label: 'record, federated', unit: 'record', alone: false },
  { label: 'record, each alone', unit: 'record', alone: true },
  { label: 'off, federated', unit: 'none', alone: false },
  { label: 'off, each alone', unit: 'none', alone: true },
];

/** Figures of each case, of every node where each trains alone. */
function runCases(market: PreparedMarket, seed: number): Figures[][] {
  return CASES.map(({ unit, alone }) => {
    if (!alone) return [risk(run(market, seed, unit))];
    return Array.from({ length: NODES }, (_, node) => risk(run(market, seed, unit, node)));
  });
}

/** One market is in memory at a time: each holds every node's rows of every round. */
async function printMarkets(
  title: string,
  seeds: readonly number[],
  marketOf: (seed: number) => Promise<PreparedMarket>,
): Promise<void> {
  const all: Figures[][] = CASES.map(() => []);
  const lines: string[] = [];
  for (const [i, seed] of seeds.entries()) {
    const market = await marketOf(seed);
    for (const [c, own] of runCases(market, seed).entries()) all[c]?.push(...own);
    if (i === 0) lines.push(...intervalLines(market, seed));
  }
  print(`\n${title}`);
  print(
    'case                  log loss EWMA (least)   persist.   AUC / EWMA   QLIKE EWMA (least)     persist.  |log error|',
  );
  for (const [c, { label }] of CASES.entries()) row(label, all[c] ?? []);
  for (const line of lines) print(line);
}

function intervalLines(market: PreparedMarket, seed: number): string[] {
  const intervals = market.judge.heldOutIntervals(run(market, seed, 'record').weights).risk;
  return Object.entries(intervals ?? {}).flatMap(([target, baselines]) =>
    Object.entries(baselines).map(
      ([baseline, { skill, low, high }]) =>
        `seed ${seed}, record, federated: ${target} against ${baseline} ${percent(skill)} [${percent(low)}, ${percent(high)}]`,
    ),
  );
}

const dataDir = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (!values.generator && !values.events && !values.drawdown) {
  print(
    `${NODES} nodes, ${ROUNDS} rounds; skill is 1 − loss / loss of the baseline, the mean over seeds and in brackets the least`,
  );
  await printMarkets(`generated market, seeds ${SEEDS[0]} to ${SEEDS.at(-1)}`, SEEDS, async (seed) =>
    prepareMarket(await slicesFor(undefined, seed, NODES), ROUNDS),
  );
}
if (values.generator) printGenerated(SEEDS, print);
else if (!existsSync(dataDir)) print(`\nrecorded market: nothing at ${dataDir}, left out`);
else if (values.drawdown) await printDrawdown(dataDir, print, values.settings);
else if (values.events) await printEvents(await slicesFor(dataDir, 1, NODES), [1, 2, 3], print);
else {
  const market = await prepareMarket(await slicesFor(dataDir, 1, NODES), ROUNDS);
  await printMarkets(
    'recorded market (BTC public; ETH, MKR, LINK, COMP, AAVE, UNI private), three noise seeds',
    [1, 2, 3],
    async () => market,
  );
}

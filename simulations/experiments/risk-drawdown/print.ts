import type { RiskExamples } from '../../../node/features/index.ts';
import { forecastRisk, type StabilityModel, startLogits, weightsOfHead } from '../../../node/models/index.ts';
import type { Estimate } from '../../../node/models/metrics/index.ts';
import { joined, openBench } from './figures.ts';
import { type Basket, CUTOFF_HOUR, loadPerpetuals, PUBLIC_NAMES, splitAssets } from './perpetuals.ts';
import { printSettings } from './settings.ts';
import { fitPooled, headOf, riskModel, type Start, trainTogether } from './training.ts';
import { qlikeOf, qlikeSkill, volatilityBaselines } from './volatility.ts';

const EPSILONS = [Number.POSITIVE_INFINITY, 8, 4, 2] as const;
const SEEDS = [1, 2, 3] as const;
const BASKETS: readonly Basket[] = ['btc', 'btc-eth', 'others'];

const three = (value: number) => value.toFixed(3);
const interval = ({ value, low, high }: Estimate, digits = 3) =>
  `${value.toFixed(digits)} [${(low ?? Number.NaN).toFixed(digits)}, ${(high ?? Number.NaN).toFixed(digits)}]`;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const nameOf = (epsilon: number) => (Number.isFinite(epsilon) ? `ε = ${epsilon}` : 'no noise');

/**
 * Falls of the recorded perpetuals in 2022, told by heads that were trained before: BTC and ETH are public, the other
 * five private, one a node; all seven are judged together.
 */
export async function printDrawdown(
  dataDir: string,
  print: (line: string) => void,
  withSettings: boolean,
): Promise<void> {
  const markets = await loadPerpetuals(dataDir);
  if (withSettings) printSettings(markets, print);
  for (const basket of BASKETS) {
    const assets = splitAssets(markets, basket, CUTOFF_HOUR);
    const bench = openBench(assets);
    const ewma = joined(assets, (test) => test.ewma);
    const day = joined(assets, (test) => test.ewma.map((value, i) => value - test.usual[i]!));
    // The clipped feature is what there is of half-life 6 h.
    const fast = joined(assets, (test) =>
      test.ewma.map((value, i) => value + 0.4 * test.x[i * test.width + 4]!),
    );
    const [main] = assets;
    if (main === undefined) throw new RangeError('markets: got none, expected seven');
    const nodes = assets.filter(({ name }) => !PUBLIC_NAMES.includes(name)).map(({ train }) => train);
    print(
      `\npublic markets: ${basket}; ${assets.length} perpetuals in 2022, ${bench.rows} rows, ${(100 * bench.eventShare).toFixed(1)} % events; EWMA ranking: AUC ${three(bench.auc(ewma))} (half-life 24 h), ${three(bench.auc(fast))} (6 h), ${three(bench.auc(day))} (24 h over usual)`,
    );
    print(
      'start    training                   AUC     gain on EWMA 24 h          on 6 h                     least',
    );
    for (const start of ['public', 'none'] as const satisfies readonly Start[]) {
      const model = riskModel(main.train, start);
      const head = headOf(model);
      const row = (label: string, scores: readonly Float64Array[]) => {
        const all = scores.map(bench.auc);
        const [score] = scores;
        if (score === undefined) return;
        print(
          [
            start.padEnd(7),
            label.padEnd(25),
            three(mean(all)),
            interval(bench.gain(score, ewma)).padEnd(25),
            interval(bench.gain(score, fast)).padEnd(25),
            three(Math.min(...all)),
          ].join('  '),
        );
      };
      const told = (weights: Float64Array) =>
        joined(assets, (test) => forecastOf(model, weights, test).logit);
      if (start === 'public') row('none, the public start', [told(new Float64Array(model.size))]);
      for (const epsilon of EPSILONS) {
        const seeds = Number.isFinite(epsilon) ? SEEDS : SEEDS.slice(0, 1);
        row(
          `federated, ${nameOf(epsilon)}`,
          seeds.map((seed) => told(trainTogether(model, nodes, epsilon, `risk-drawdown/${seed}`))),
        );
      }
      for (const epsilon of [Number.POSITIVE_INFINITY, 2]) {
        row(
          `each alone, ${nameOf(epsilon)}`,
          nodes.map((own) => told(trainTogether(model, [own], epsilon, 'risk-drawdown/1'))),
        );
      }
      if (start === 'none') {
        const pooled = fitPooled(head, nodes);
        row('pooled', [joined(assets, (test) => startLogits(pooled, test))]);
      }
      if (start === 'public' && basket === 'btc-eth') printVolatility(model, nodes, assets, print);
    }
  }
}

function printVolatility(
  model: StabilityModel,
  nodes: readonly RiskExamples[],
  assets: ReturnType<typeof splitAssets>,
  print: (line: string) => void,
): void {
  const bench = openBench(assets);
  const [main] = assets;
  if (main === undefined) return;
  const others = volatilityBaselines(assets).map(({ name, variance }) => ({
    name,
    loss: qlikeOf(assets, variance),
  }));
  print('\nvolatility of 24 h, QLIKE: skill of the head against models fitted on each asset’s own past');
  for (const epsilon of EPSILONS) {
    const weights = trainTogether(model, nodes, epsilon, 'risk-drawdown/1');
    // The head tells the mean of the log; QLIKE asks for the mean of the variance: how far apart public rows say they are.
    const known = forecastOf(model, weights, main.train).volatility;
    const offset =
      Math.log(mean([...known].map((log, i) => Math.exp(2 * (main.train.volatility[i]! - log))))) / 2;
    const logs = joined(assets, (test) => forecastOf(model, weights, test).volatility);
    const lossAt = (shift: number) =>
      qlikeOf(
        assets,
        logs.map((log) => Math.exp(2 * (log + shift))),
      );
    const loss = lossAt(offset);
    const skills = others.map((other) => `${other.name} ${interval(qlikeSkill(bench, loss, other.loss))}`);
    print(
      `federated, ${nameOf(epsilon).padEnd(8)}  QLIKE ${three(mean([...loss]))} (of the log’s mean ${three(mean([...lossAt(0)]))})  ${skills.join('  ')}`,
    );
  }
}

function forecastOf(model: StabilityModel, weights: Float64Array, test: RiskExamples) {
  const { risk } = model.heads;
  return forecastRisk(
    headOf(model),
    risk === undefined ? weights : weightsOfHead(model, risk, weights),
    test,
  );
}

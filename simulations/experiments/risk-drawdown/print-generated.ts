import {
  BASELINE,
  type GeneratedAucs,
  generatedAucs,
  learnFromOthers,
  ORACLE,
  shareOfOracle,
} from './generated.ts';

const EPSILONS = [Number.POSITIVE_INFINITY, 8] as const;

/** What the head keeps of the gain of one who sees the generator's hidden state. */
export function printGenerated(seeds: readonly number[], print: (line: string) => void): void {
  const learned = learnFromOthers();
  const all: GeneratedAucs[] = seeds.map((seed) => generatedAucs(seed, EPSILONS, learned));
  print(
    `generated market, seeds ${seeds[0]} to ${seeds.at(-1)}: seven assets each, events beyond the own training 5 % quantile`,
  );
  print('| scorer | AUC, mean | least | share of the gain of all that is hidden, 95 % over seeds |');
  print('|---|---|---|---|');
  for (const name of Object.keys(all[0] ?? {})) {
    const aucs = all.map((one) => one[name] ?? Number.NaN);
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    const { value, low, high } = shareOfOracle(all, name);
    const share =
      name === BASELINE || name === ORACLE ? '' : `${percent(value)} % [${percent(low)}, ${percent(high)}]`;
    print(`| ${name} | ${mean.toFixed(3)} | ${Math.min(...aucs).toFixed(3)} | ${share} |`);
  }
}

function percent(share: number): string {
  return (100 * share).toFixed(0).replace('-', '−');
}

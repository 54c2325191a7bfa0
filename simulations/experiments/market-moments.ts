import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bandOf, RECORDED_MOMENTS } from './market-moments/bands.ts';
import { generatedMoments, MOMENTS, recordedMoments } from './market-moments/report.ts';

// How near the generated market is to the recorded ones, moment by moment. Run it with
//
//     node simulations/experiments/market-moments.ts
//
// The recordings are read from BALLAST_DATA (../shared/data unless set); where they are absent what was recorded
// stands in their place (`market-moments/bands.ts`). Ten seeds of seven assets and seven coins.

parseArgs();
const SEEDS = Array.from({ length: 10 }, (_, i) => 101 + i);
const VENUES = 7;
const print = (line: string) => process.stdout.write(`${line}\n`);
const plain = (value: number) => value.toPrecision(3).replace('-', '−');

const dataDir = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const recorded = existsSync(dataDir) ? await recordedMoments(dataDir) : RECORDED_MOMENTS;
const generated = generatedMoments(SEEDS, VENUES);
print('| moment | recorded: least, mean, most | band | generated, mean | |');
print('|---|---|---|---|---|');
for (const name of MOMENTS) {
  const { least, mean, most } = recorded[name];
  const { low, high } = bandOf(recorded[name]);
  const own = generated[name].mean;
  const verdict = own >= low && own <= high ? 'inside' : '**outside**';
  print(
    `| ${name.replaceAll('|', '\\|')} | ${[least, mean, most].map(plain).join(', ')} | ${plain(low)} to ${plain(high)} | ${plain(own)} | ${verdict} |`,
  );
}

// Throws spoilt rows at every data source, over a real socket each:
//
//     npm run fuzz:data                                      10,000 rows a source
//     npm run fuzz:data -- --rows 100000 --seed 7
//     npm run fuzz:data -- --source 'kraken candles' --seed 7     one source again
import { parseArgs } from 'node:util';
import { FUZZ_TARGETS } from '../node/data/sources/test/fuzz/targets.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    source: { type: 'string' },
  },
});
const [rows, seed] = [Number(values.rows), Number(values.seed)];
for (const target of FUZZ_TARGETS) {
  if (values.source !== undefined && values.source !== target.source) continue;
  try {
    const { source, ...counts } = await target.run(rows, seed);
    const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    console.log(`${source}: ${told.join(', ')}`);
  } catch (error) {
    console.error(
      `${target.source}: fails; again with --source '${target.source}' --rows ${rows} --seed ${seed}`,
    );
    throw error;
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAggregator } from '../../aggregation/index.ts';
import { RoundLog, type Trust, verifyLog } from '../../coordinator/index.ts';
import { LevelStore } from '../../node/store/index.ts';
import { sha256 } from '../../protocol/digest.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { writeCertifiedLog } from './certified-log.ts';

// How fast a log on disk is verified, from bodies and from a checkpoint, beside plain hashing of the same bytes:
//
//     node simulations/experiments/verify-bench.ts --rounds 1000 --nodes 7 --size 300

const PARAMETERS = { ...SCENARIO_PARAMETERS, retention: { rounds: 20 } };

async function timed<T>(act: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const started = performance.now();
  const value = await act();
  return { value, seconds: (performance.now() - started) / 1000 };
}

async function bench(folder: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1000' },
      nodes: { type: 'string', default: '7' },
      size: { type: 'string', default: '300' },
    },
  });
  const [rounds, nodes, size] = [Number(values.rounds), Number(values.nodes), Number(values.size)];
  const print = (line: string) => process.stdout.write(`${line}\n`);
  await warmOperators();
  const store = await LevelStore.open(folder);
  const aggregator = createAggregator('multi-krum', { f: 1 });
  const terms = { seed: 'verify-bench', rounds, nodes, size, parameters: PARAMETERS };
  const { options, committee, bodyBytes } = await writeCertifiedLog(store, aggregator, terms);
  const collaborators = {
    store,
    aggregator,
    commitScheme: operatorFor(0).scheme,
    committeeOf: async () => committee,
  };
  const verify = (trust: Trust) => timed(() => verifyLog({ ...options, trust }, collaborators));
  const hashing = await timed(async () => {
    for await (const [, bytes] of store.entries('blob/')) sha256(bytes);
  });
  const checkpoint = await verify('checkpoint');
  const bodies = await verify('genesis');
  const opening = await timed(() => RoundLog.open(store, options.genesis));
  await store.close();
  for (const { value } of [checkpoint, bodies]) {
    if (value.mismatches.length > 0 || value.head.round !== rounds)
      throw new Error('the log does not verify');
  }
  const ratio = (bodies.seconds / hashing.seconds).toFixed(0);
  print(
    `${rounds} rounds, ${nodes} nodes, d = ${size}, ${(bodyBytes / 1e6).toFixed(1)} MB of bodies and models`,
  );
  print(`from bodies: ${(rounds / bodies.seconds).toFixed(0)} rounds/s (${bodies.seconds.toFixed(2)} s)`);
  print(
    `from a checkpoint at round ${checkpoint.value.coverage.trusted}: ${checkpoint.seconds.toFixed(2)} s`,
  );
  print(`hashing the same bytes: ${hashing.seconds.toFixed(2)} s; from bodies takes ${ratio} times as long`);
  print(`opening the log: ${(opening.seconds * 1000).toFixed(0)} ms`);
}

const folder = await mkdtemp(join(tmpdir(), 'ballast-verify-'));
try {
  await bench(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}

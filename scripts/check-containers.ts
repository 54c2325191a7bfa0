/**
 * `npm run check:containers -- [options]`: builds the image of `deploy/Dockerfile` from a clone of what is committed,
 * runs a node of it in a network of four, and `deploy/compose.yaml` with Prometheus, by Docker or podman.
 *
 * One line a check, then a count. Exit code 1 where one fails, 2 where no engine answers or a port is taken.
 */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UsageError } from '../protocol/errors.ts';
import { Checks } from './containers/checks.ts';
import { ENGINES, findEngine, run, succeed } from './containers/engine.ts';
import { plantSecrets } from './containers/image.ts';
import { PORTS, portsInUse } from './containers/ports.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const HELP = `npm run check:containers -- [options]

  --engine <name>             docker or podman; the first that answers unless given
  --image <image>             in the place of one that is built here
  --node-image <image>        in the place of node:24-bookworm-slim
  --prometheus-image <image>  in the place of the one that compose.yaml names
  --npmrc <file>              settings for npm while the image is built; no layer keeps them
  --build-network <name>      network of the build, such as host

Free on localhost must be ${PORTS.join(', ')}.`;

function options() {
  try {
    return parseArgs({
      options: {
        engine: { type: 'string' },
        image: { type: 'string' },
        'node-image': { type: 'string' },
        'prometheus-image': { type: 'string' },
        npmrc: { type: 'string' },
        'build-network': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('OPTION_UNKNOWN', reason.split('. ')[0] ?? reason, { hint: '--help lists them' });
  }
}

async function main(): Promise<number> {
  const values = options();
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const wanted = ENGINES.filter((name) => values.engine === undefined || values.engine === name);
  if (wanted.length === 0)
    throw new UsageError('ENGINE_UNKNOWN', `--engine: got ${values.engine}, expected docker or podman`);
  const engine = findEngine(wanted);
  const taken = await portsInUse(PORTS);
  if (taken.length > 0)
    throw new UsageError('PORT_IN_USE', `in use on localhost: ${taken.join(', ')}`, {
      hint: 'stop what listens there: the containers share this machine’s network',
    });
  console.log(`with ${engine.name} ${engine.version}`);

  const place = await mkdtemp(join(tmpdir(), 'ballast-containers-'));
  const checkout = join(place, 'checkout');
  const rehearsal = join(place, 'rehearsal');
  await succeed(['git', 'clone', '--quiet', '--no-hardlinks', ROOT, checkout]);
  await plantSecrets(checkout);
  // The container's user makes its folders in it, and they are private.
  await mkdir(rehearsal);
  await chmod(rehearsal, 0o777);
  const checks = new Checks({
    engine,
    checkout,
    rehearsal,
    image: values.image,
    nodeImage: values['node-image'],
    prometheusImage: values['prometheus-image'],
    npmrc: values.npmrc === undefined ? undefined : resolve(values.npmrc),
    network: values['build-network'],
    print: (line) => console.log(line),
  });
  const tidy = async () => {
    await checks.close();
    await run(['rm', '-rf', place]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void tidy().finally(() => process.exit(130)));
  try {
    await checks.run();
  } finally {
    await tidy();
  }
  console.log(`${checks.passed} of ${checks.passed + checks.failed} checks passed; Grafana was not started`);
  return checks.failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
  process.exitCode = 2;
}

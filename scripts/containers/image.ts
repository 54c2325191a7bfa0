import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, run, succeed } from './engine.ts';

export type BuildOptions = {
  readonly engine: Engine;
  readonly checkout: string;
  readonly tag: string;
  readonly nodeImage: string | undefined;
  /** A file for npm with a registry of one's own. */
  readonly npmrc: string | undefined;
  /** The network that the build runs in, such as `host`. */
  readonly network: string | undefined;
};

/** Things that a checkout may hold and that no image may. */
const PLANTED = ['node-1/keystore.json', 'pass', 'data/private.csv.gz', 'node_modules/planted'] as const;

export async function plantSecrets(checkout: string): Promise<void> {
  for (const path of PLANTED) {
    await mkdir(join(checkout, path, '..'), { recursive: true });
    await writeFile(join(checkout, path), 'planted', { mode: 0o600 });
  }
}

/** @returns the seconds that a build without earlier layers takes. */
export async function buildImage(options: BuildOptions): Promise<number> {
  const { engine, checkout, tag, nodeImage, npmrc, network } = options;
  const since = performance.now();
  await succeed([
    ...engine.command,
    'build',
    ...(engine.name === 'podman' ? ['--format', 'docker'] : []),
    ...(nodeImage === undefined ? [] : ['--build-arg', `NODE_IMAGE=${nodeImage}`]),
    ...(npmrc === undefined ? [] : ['--secret', `id=npmrc,src=${npmrc}`]),
    ...(network === undefined ? [] : ['--network', network]),
    ...['--no-cache', '-f', join(checkout, 'deploy/Dockerfile'), '-t', tag, checkout],
  ]);
  return (performance.now() - since) / 1_000;
}

type HealthCheck = { readonly Test: readonly string[] };
type Inspected = {
  readonly Size: number;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: {
    readonly User?: string;
    readonly StopSignal?: string;
    readonly Healthcheck?: HealthCheck;
  };
  /** Podman has it here. */
  readonly Healthcheck?: HealthCheck;
};

export async function inspectImage(engine: Engine, image: string): Promise<Inspected> {
  const [only] = JSON.parse(await succeed([...engine.command, 'image', 'inspect', image])) as Inspected[];
  if (only === undefined) throw new Error(`no image ${image}`);
  return only;
}

/** What the planted, git's folder and settings of npm are found as: in what a build copies, or in the image. */
export async function leaks(options: BuildOptions, image: string): Promise<readonly string[]> {
  const { engine, checkout } = options;
  const file = join(checkout, 'deploy/Context');
  await copyFile(join(checkout, 'deploy/Dockerfile.dockerignore'), `${file}.dockerignore`);
  await writeFile(file, `FROM ${image}\nCOPY . /context\n`);
  await succeed([...engine.command, 'build', '-f', file, '-t', options.tag, checkout]);
  const looked = ['.git', ...PLANTED].map((path) => join('/context', path));
  const script = `ls /context/package.json; for f in ${looked.join(' ')}; do [ ! -e $f ] || echo $f; done; find / -xdev -name .npmrc -size +0 -not -path '*/node_modules/*'`;
  const as = ['run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', 'sh'];
  const output = await succeed([...engine.command, ...as, options.tag, '-c', script]);
  const [copied, ...found] = output.split('\n').filter(Boolean);
  if (copied !== '/context/package.json') throw new Error(`nothing was copied: ${output}`);
  return found;
}

/** A container that may do nothing, as `compose.yaml` has it. */
export const CONFINED = [
  ...['--network', 'host', '--read-only', '--tmpfs', '/tmp'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
] as const;

/** @returns the one line with which a node refuses to start. @throws Error where it says more, or ends otherwise. */
export async function refusal(engine: Engine, image: string, ...options: readonly string[]): Promise<string> {
  const { code, output } = await run([...engine.command, 'run', '--rm', ...CONFINED, ...options, image]);
  const [line = '', ...more] = output.trim().split('\n');
  if (code !== 1 || more.length > 0 || !line.startsWith('ballast: '))
    throw new Error(`exit code ${code}, expected 1 and one line\n${output}`);
  return line;
}

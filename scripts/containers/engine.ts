import { spawn, spawnSync } from 'node:child_process';
import { UsageError } from '../../protocol/errors.ts';

export const ENGINES = ['docker', 'podman'] as const;
export type EngineName = (typeof ENGINES)[number];

export type Ended = { readonly code: number | null; readonly output: string };

/** A container engine that answers, and the program that reads compose files for it. */
export type Engine = {
  readonly name: EngineName;
  readonly version: string;
  /** What a command for it begins with. */
  readonly command: readonly string[];
  /** Undefined where none is installed. */
  readonly compose: readonly string[] | undefined;
};

/** How each engine says its version: docker's only where its daemon answers. */
const VERSION: Readonly<Record<EngineName, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['version', '--format', '{{.Client.Version}}'],
};
/** Podman without systemd complains of its timers in the midst of what a container prints. */
const COMMAND: Readonly<Record<EngineName, readonly string[]>> = {
  docker: ['docker'],
  podman: ['podman', '--log-level', 'fatal'],
};
const COMPOSE: Readonly<Record<EngineName, readonly (readonly string[])[]>> = {
  docker: [['docker', 'compose']],
  podman: [['podman-compose'], ['podman', 'compose']],
};

/**
 * The first engine of `names` that answers.
 *
 * @throws UsageError `NO_CONTAINER_ENGINE` with what each said instead.
 */
export function findEngine(names: readonly EngineName[] = ENGINES): Engine {
  const reasons: string[] = [];
  for (const name of names) {
    const { status, stdout, stderr, error } = spawnSync(name, VERSION[name], { encoding: 'utf8' });
    if (status === 0 && stdout.trim() !== '')
      return { name, version: stdout.trim(), command: COMMAND[name], compose: COMPOSE[name].find(answers) };
    const reason = error === undefined ? (stderr.trim().split('\n')[0] ?? '') : 'is not installed';
    reasons.push(`${name} ${reason}`);
  }
  throw new UsageError('NO_CONTAINER_ENGINE', `no container engine answers: ${reasons.join(', ')}`, {
    hint: 'install podman or Docker 23 or newer, and start it',
  });
}

const answers = ([program = '', ...args]: readonly string[]) =>
  spawnSync(program, [...args, 'version'], { encoding: 'utf8' }).status === 0;

/** Runs a program to its end; both of its streams are kept, in the order in which they came. */
export function run(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [program = '', ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, output }));
  return promise;
}

/** @returns what it printed. @throws Error with the end of that, where it fails. */
export async function succeed(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, output } = await run(command, environment);
  if (code !== 0)
    throw new Error(`${command.join(' ').slice(0, 200)}: exit code ${code}\n${output.slice(-2_000)}`);
  return output.trim();
}

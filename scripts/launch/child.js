import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** How long a group-wide signal may take to show up at the witness, in milliseconds. */
const WITNESS_DELAY_MS = 200;

/**
 * Goes on as `node …args`: replaces this process where the runtime can, else stands between the caller and a
 * child with the same standard streams.
 *
 * @returns {Promise<number>} the child's exit code, 128 + n when signal n ended it; never, when replaced
 */
export function handOver(node, args, env) {
  if (typeof process.execve === 'function') process.execve(node, [node, ...args], env);
  return standIn(node, args, env);
}

/**
 * A signal that the whole process group gets (Ctrl-C at a terminal, `timeout`, `kill -- -group`) reaches the
 * child by itself; one sent to this process alone must be passed on. The two look alike here, so a witness in
 * the same group tells them apart: what it has seen too is not sent a second time. The wait also folds the
 * copy that npm sends of each signal into the original.
 */
export async function standIn(node, args, env) {
  const seen = new Map();
  const witness = spawnWitness(seen);
  const child = spawn(node, args, { env, stdio: 'inherit' });

  const pending = new Map();
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      if (pending.has(signal)) return;
      const received = performance.now();
      const decide = () => {
        pending.delete(signal);
        const whole = (seen.get(signal) ?? Number.NEGATIVE_INFINITY) >= received - WITNESS_DELAY_MS;
        if (!whole) child.kill(signal);
      };
      pending.set(signal, setTimeout(decide, WITNESS_DELAY_MS));
    });
  }

  try {
    return await exitCode(child);
  } finally {
    for (const timer of pending.values()) clearTimeout(timer);
    for (const signal of FORWARDED) process.removeAllListeners(signal);
    witness.stdin.destroy();
  }
}

/** The exit code of `child` as a shell would give it. */
export function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** A shell that names each forwarded signal it gets, until its standard input closes. */
function spawnWitness(seen) {
  const traps = FORWARDED.map((signal) => `trap 'echo ${signal}' ${signal.slice(3)}`).join('; ');
  // A background job of a shell ignores SIGINT and reads from /dev/null, hence the detour by descriptor 3.
  const script = `exec 3<&0; ${traps}; cat <&3 >/dev/null & while kill -0 $! 2>/dev/null; do wait $!; done`;
  const witness = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  witness.on('error', () => {});
  witness.stdin.on('error', () => {});
  witness.stdout.setEncoding('utf8').on('data', (text) => {
    for (const signal of text.split('\n')) if (signal !== '') seen.set(signal, performance.now());
  });
  return witness;
}

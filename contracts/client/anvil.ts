import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { HDAccount } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { BallastError } from '../../protocol/errors.ts';
import { foundryBinary } from './foundry.ts';

export type AnvilOptions = {
  /** TCP port on 127.0.0.1; a free one unless given. */
  readonly port?: number;
  /** Seconds between blocks; unless given, every transaction makes a block at once. */
  readonly blockTimeSeconds?: number;
  /** 31337 unless given. */
  readonly chainId?: number;
  /** How many {@link devAccount}s hold 10,000 ETH; 10 unless given. */
  readonly accounts?: number;
  /** Whether `debug_traceTransaction` has every step of what was run; it takes memory, so not unless given. */
  readonly hasTraces?: boolean;
  /** How long it may take to come up; 10 s unless given. */
  readonly timeoutMs?: number;
  /** Stops it. */
  readonly signal?: AbortSignal;
};

export type Anvil = {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** Resolves when the process is gone. May be called more than once. */
  readonly stop: () => Promise<void>;
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const DEFAULTS = { port: 0, chainId: 31_337, accounts: 10, timeoutMs: 10_000 };
const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

/**
 * The shell becomes anvil, and a watcher ends it when standard input closes. The system closes that pipe when the
 * parent goes, however it goes, so no anvil is left behind, not even by a SIGKILL.
 */
const TIED_TO_STDIN = 'exec 3<&0; { cat <&3; kill $$; } >/dev/null 2>&1 & exec "$0" "$@" </dev/null 3<&-';
const STDERR_TAIL = 2000;

/**
 * Starts a local chain as a child process. The last block but two is finalised, so beacons are drawn within
 * seconds (`--slots-in-an-epoch 1`).
 *
 * @throws BallastError `FOUNDRY_NOT_INSTALLED`, `ANVIL_NOT_LISTENING` or `ANVIL_ABORTED`.
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { chainId } = { ...DEFAULTS, ...options };
  if (options.signal?.aborted === true) throw aborted();
  const child: Child = spawn('/bin/sh', ['-c', TIED_TO_STDIN, foundryBinary('anvil'), ...flags(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.stdin.destroy();
    await gone;
  };
  child.stdin.on('error', () => undefined);
  child.once('exit', () => child.stdin.destroy());
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  try {
    return { rpcUrl: `http://127.0.0.1:${await listeningPort(child, options)}`, chainId, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function flags(options: AnvilOptions): string[] {
  const { port, chainId, accounts } = { ...DEFAULTS, ...options };
  const blockTime = options.blockTimeSeconds;
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId)],
    ...['--slots-in-an-epoch', '1', '--accounts', String(accounts), '--mnemonic', DEV_MNEMONIC],
    ...(options.hasTraces === true ? ['--steps-tracing'] : []),
    ...(blockTime === undefined ? [] : ['--block-time', String(blockTime)]),
  ];
}

/** Waits for the line in which anvil says where it listens, and reads on so that its output never blocks it. */
function listeningPort(child: Child, options: AnvilOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let output = '';
  let complaint = '';
  const fail = (reason: string) => reject(notListening(reason, complaint, options));
  const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
  const timer = setTimeout(() => fail(`it did not listen within ${timeoutMs} ms`), timeoutMs);
  const abort = () => reject(aborted());
  options.signal?.addEventListener('abort', abort, { once: true });
  child.once('error', (error) => fail(error.message));
  child.once('close', (code) => fail(`it ended with status ${code}`));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-STDERR_TAIL);
  });
  const read = (text: string) => {
    output += text;
    const port = /^Listening on \S+:(\d+)\s/m.exec(output)?.[1];
    if (port !== undefined) resolve(Number(port));
  };
  child.stdout.setEncoding('utf8').on('data', read);
  return promise.finally(() => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
    child.stdout.off('data', read).resume();
  });
}

function notListening(reason: string, complaint: string, options: AnvilOptions): BallastError {
  const said = complaint.trim();
  return new BallastError('ANVIL_NOT_LISTENING', `anvil: ${reason}${said === '' ? '' : `: ${said}`}`, {
    metadata: { reason, stderr: said },
    ...(options.port === undefined ? {} : { hint: `check that nothing else uses port ${options.port}` }),
  });
}

const aborted = () => new BallastError('ANVIL_ABORTED', 'anvil: aborted by the caller before it listened');

/** An account that {@link startAnvil} funds. Its key is public knowledge: for local chains alone. */
export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index });
}

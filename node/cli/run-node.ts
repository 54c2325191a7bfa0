import { openKeystore } from '../keys/index.ts';
import { readNetworkDocument, readNodeConfig, readPassword } from '../runtime/index.ts';
import { NodeService, type ServiceEvent } from '../service/index.ts';
import { catchSignals } from './signals.ts';

export type RunNodeOptions = {
  readonly config: string;
  readonly json: boolean;
  readonly revise?: (update: Float64Array) => Float64Array;
};

/** Beyond the budget of an orderly end; what overran has been named by then. */
const LINGER_MS = 2_000;

/** Runs one node until a signal, or until its standard input ends where a parent holds it. */
export async function runNode({ config: path, json, revise }: RunNodeOptions): Promise<void> {
  const config = await readNodeConfig(path);
  const document = await readNetworkDocument(config.network);
  const identity = await openKeystore(config.keystore, await readPassword(config.passwordFile));
  const print = (event: ServiceEvent) =>
    process.stdout.write(`${json ? JSON.stringify(event) : humanLine(event)}\n`);
  const node = new NodeService(
    { config, document, identity, api: config.api },
    { emit: print, ...(revise === undefined ? {} : { revise }) },
  );
  const interruption = catchSignals();
  const ended = new Promise<void>((resolve) => {
    interruption.stop.addEventListener('abort', () => resolve(), { once: true });
    if (json) process.stdin.once('end', resolve).resume();
  });
  interruption.force.addEventListener('abort', () => process.exit(130), { once: true });
  try {
    await Promise.race([node.start(), ended]);
    await ended;
  } finally {
    await node.stop();
    interruption.release();
    process.stdin.pause();
    // The process ends by itself; this ends one that something which overran keeps alive.
    setTimeout(() => process.exit(1), LINGER_MS).unref();
  }
}

function humanLine(event: ServiceEvent): string {
  const { event: name, ...fields } = event;
  const text = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${new Date().toISOString()} ${name} ${text.join(' ')}`;
}

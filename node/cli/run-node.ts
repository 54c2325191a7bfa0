import { resolve } from 'node:path';
import type { NetworkDocument } from '../../protocol/network.ts';
import { type Assignment, type NodeConfig, readNetworkDocument } from '../config/index.ts';
import { type OperatorIdentity, obtainPassphrase, openKeystore, openRemoteSigner } from '../keys/index.ts';
import type { Level, Module } from '../logging/index.ts';
import { chainIdOf } from '../operator/index.ts';
import { NodeService, type ServiceEvent } from '../service/index.ts';
import { configOf, type FolderFlags } from './folder.ts';
import { openLog } from './node-log.ts';
import { openTraces } from './node-traces.ts';
import { passphraseSources } from './passphrases.ts';
import { catchSignals } from './signals.ts';
import { packageOf } from './version.ts';

export type RunNodeOptions = FolderFlags & {
  readonly json: boolean;
  /** In the place of the configuration's. */
  readonly rpc?: readonly string[];
  /** Keeps the bodies, models and transcripts of all rounds, whatever the configuration says. */
  readonly archive?: boolean;
  /** A model that forecasts beside the published one, in the place of the configuration's. */
  readonly shadow?: string;
  /** Sends nothing, whatever the configuration says. */
  readonly dryRun?: boolean;
  readonly logLevel?: Level;
  /** Of single modules. */
  readonly logLevelModule?: Readonly<Partial<Record<Module, Level>>>;
  readonly logFormat?: 'human' | 'json';
  readonly revise?: (update: Float64Array) => Float64Array;
};

/** Beyond the budget of an orderly end; what overran has been named by then. */
const LINGER_MS = 2_000;

/** Runs one node until a signal, or until its standard input ends where a parent holds it. */
export async function runNode({
  json,
  archive,
  shadow,
  dryRun,
  revise,
  rpc,
  logLevel,
  logLevelModule = {},
  logFormat,
  ...flags
}: RunNodeOptions): Promise<void> {
  const given = (name: string, value: unknown): readonly Assignment[] =>
    value === undefined ? [] : [{ path: [name], value, origin: `--${name}` }];
  const config = await configOf(flags, [
    ...given('rpc', rpc),
    ...given('archive', archive === true ? true : undefined),
    ...(dryRun === true ? [{ path: ['dryRun'], value: true, origin: '--dry-run' }] : []),
    ...given('shadow', shadow === undefined || shadow.startsWith('version:') ? shadow : resolve(shadow)),
    ...logAssignments({ level: logLevel, format: logFormat }, logLevelModule),
  ]);
  const document = await readNetworkDocument(config.network);
  const identity = await openIdentity(config, document);
  const log = openLog(config, document, json, () => node.node.view());
  const traces = await openTraces(config, document, identity.nodeId, (reason) =>
    log.warn('traces are not taken', { reason }),
  );
  const emit = (event: ServiceEvent) => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    log.tell(event);
    traces?.observe(event);
  };
  const node: NodeService = new NodeService(
    { config, document, identity, api: config.api, release: packageOf().version },
    { emit, ...(revise === undefined ? {} : { revise }) },
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
    await traces?.close();
    log.close();
    interruption.release();
    process.stdin.pause();
    // The process ends by itself; this ends one that something which overran keeps alive.
    setTimeout(() => process.exit(1), LINGER_MS).unref();
  }
}

function logAssignments(
  values: Readonly<Record<string, unknown>>,
  modules: Readonly<Record<string, unknown>>,
): readonly Assignment[] {
  const own = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ path: ['log', name], value, origin: `--log-${name}` }));
  const single = Object.entries(modules).map(([name, value]) => ({
    path: ['log', 'modules', name],
    value,
    origin: '--log-level-module',
  }));
  return [...own, ...single];
}

/** The keystore's keys, with an external signer in the place of the hot key where one is configured. */
async function openIdentity(
  { keystore, passwordFile, signer }: NodeConfig,
  { chain }: NetworkDocument,
): Promise<OperatorIdentity> {
  const sources = passphraseSources(
    'BALLAST',
    { configured: passwordFile },
    'passwordFile in the configuration',
  );
  const identity = await openKeystore(keystore, await obtainPassphrase(sources, keystore));
  if (signer === undefined) return identity;
  return identity.withSigner(await openRemoteSigner({ ...signer, chainId: chainIdOf(chain) }));
}

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { BallastError, closestWord, UsageError } from '../../protocol/errors.ts';
import { collateralName } from '../../protocol/gate-pair.ts';
import { type NetworkDocument, parseNetworkDocument } from '../../protocol/network.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { apiConfigSchema } from '../api/config.ts';
import {
  type Assignment,
  assignmentsOf,
  configKeys,
  type Environment,
  environmentAssignments,
  type Layered,
  layered,
  parseSettings,
  readConfigText,
} from '../config/index.ts';
import { type MarketSource, marketSourceSchema } from '../data/index.ts';
import type { KernelOptions } from '../kernels/index.ts';
import { logConfigSchema } from '../logging/config.ts';
import { expectedListenAddress, isListenAddress } from '../network/listen-address.ts';
import { ENGINE_NAMES } from '../training/index.ts';
import { MAX_COLLATERALS } from './collaterals.ts';
import { versionNamed } from './shadow-candidate.ts';

const engineNames = [...ENGINE_NAMES] as [string, ...string[]];

const endpointList = z
  .array(z.url())
  .min(1)
  .max(8)
  .refine(
    (urls) => new Set(urls).size === urls.length,
    'expected each endpoint once: one cannot prove itself',
  );

const listenAddress = z.string().superRefine((text, context) => {
  if (!isListenAddress(text)) context.addIssue({ code: 'custom', message: expectedListenAddress(text) });
});

/** Variables that set a key by another name than its own. */
export const VARIABLE_ALIASES: Readonly<Record<string, string>> = {
  BALLAST_RPC_URL: 'rpc',
  BALLAST_OTLP_ENDPOINT: 'traces.endpoint',
};
/** Variables that are no setting of a node. */
const OTHER_VARIABLES = [
  'BALLAST_PASSPHRASE',
  'BALLAST_PASSPHRASE_FILE',
  'BALLAST_STAKE_PASSPHRASE',
  'BALLAST_STAKE_PASSPHRASE_FILE',
];

const schema = z.strictObject({
  /** Path of the network document. */
  network: z.string().min(1),
  /** URL of the chain's JSON-RPC endpoint, or of several that are compared. */
  rpc: z.union([z.url(), endpointList]),
  keystore: z.string().min(1),
  /** A file, readable by its owner alone, that holds the keystore's password; see docs/operating.md for the others. */
  passwordFile: z.string().min(1).optional(),
  /** Who signs votes and transactions in the place of the keystore's hot key. */
  signer: z
    .strictObject({
      /** JSON-RPC endpoint, as Web3Signer serves it. */
      url: z.url(),
      address: z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address (0x and 40 hexadecimal digits)'),
    })
    .optional(),
  /** The most that a unit of gas may cost, in gwei; 500 unless given. */
  maxGasPriceGwei: z.number().min(0.001).max(1_000_000).optional(),
  /** Where the node keeps its log, votes, ledger and bodies. */
  dataDir: z.string().min(1),
  /** TCP multiaddrs; a free port on localhost unless given. */
  listen: z.array(listenAddress).min(1).optional(),
  /** TCP multiaddrs that others are told in place of those, behind a router for one. */
  announce: z.array(z.string()).min(1).max(8).optional(),
  /** The rows that this node trains on and shares with nobody. */
  slice: marketSourceSchema,
  /** The rows that everybody knows. */
  publicFeed: marketSourceSchema,
  /** The volatile asset that this node trains the risk head on; without it its updates leave that head as it is. */
  market: marketSourceSchema.optional(),
  /** The volatile asset that everybody knows; a network with a risk head needs it. */
  publicMarket: marketSourceSchema.optional(),
  /** Further public collaterals, on which the gate judges every head too; all members name the same. */
  collaterals: z
    .array(
      z.strictObject({
        name: collateralName,
        feed: marketSourceSchema.optional(),
        market: marketSourceSchema.optional(),
      }),
    )
    .max(MAX_COLLATERALS)
    .optional(),
  /** The HTTP interface; none unless given. */
  api: apiConfigSchema.optional(),
  /** What the node writes of what it does. */
  log: logConfigSchema.optional(),
  /** Where the traces of the rounds go, such as `http://127.0.0.1:4318`; nowhere unless given. */
  traces: z.strictObject({ endpoint: z.url({ protocol: /^https?$/ }) }).optional(),
  engine: z.enum(engineNames).optional(),
  /** How rounds are aggregated; the bits are the same whatever is chosen. */
  aggregation: z
    .strictObject({
      kernels: z.enum(['auto', 'simd', 'plain']).optional(),
      /** Threads for what is large; as many as the machine has cores, at most 8, unless given. */
      threads: z.int().min(1).max(64).optional(),
    })
    .optional(),
  privacy: z
    .strictObject({
      /** ε that this node gives at most; the network's unless given, and never more. */
      epsilonBudget: z.number().positive(),
    })
    .optional(),
  /** Whether this node has the circuit breaker observe when it is due; it does not unless given. */
  breaker: z.strictObject({ observe: z.boolean() }).optional(),
  /** What others have done against the rules. */
  evidence: z
    .strictObject({
      /** Hands proofs to the slasher, at the cost of the hot key; false unless given. */
      report: z.boolean(),
    })
    .optional(),
  /** A model that forecasts beside the published one and moves nothing: a model file, or `version:N`. */
  shadow: z.string().min(1).max(4096).optional(),
  /** Computes and tells what it would send, and sends nothing; false unless given. */
  dryRun: z.boolean().optional(),
  /** The last round to take part in: public data is laid out over this many. */
  rounds: z.int().min(1).max(10_000),
  /** Keeps the bodies, models and transcripts of all rounds. */
  archive: z.boolean().optional(),
});

/** What the kernels of a configuration's aggregation are opened with. */
export function kernelOptionsOf({ aggregation }: Pick<NodeConfig, 'aggregation'>): KernelOptions {
  const { kernels, threads } = aggregation ?? {};
  return {
    ...(kernels === undefined ? {} : { kind: kernels }),
    ...(threads === undefined ? {} : { threads }),
  };
}

/**
 * Endpoints that were given beside a configuration, on the command line or in the environment.
 *
 * @param from names where they were given, in errors.
 * @throws UsageError `CONFIG_FIELD` unless they are 1 to 8 different URLs.
 */
export function parseEndpoints(given: readonly string[], from: string): readonly string[] {
  const parsed = endpointList.safeParse(given);
  if (parsed.success) return parsed.data;
  const { expectation } = firstIssue(parsed.error);
  throw new UsageError('CONFIG_FIELD', `${from}: ${expectation}`, { metadata: { field: from } });
}

/** What one node is started with. */
export type NodeConfig = z.infer<typeof schema>;

/** Every key of a configuration, with the environment variable that sets it. */
export const nodeConfigKeys = once(() => configKeys(schema));

/** What is given beside a configuration's file, and comes before what is in it. */
export type ConfigBeside = {
  /** Flags, before everything. */
  readonly flags?: readonly Assignment[];
  /** `key=value` each, as the command line's `--set` has them. */
  readonly settings?: readonly string[];
  readonly environment?: Environment;
};

export type LayeredConfig = {
  readonly config: NodeConfig;
  /** The flag, variable or file that gave a value; undefined for a default. */
  readonly originOf: Layered['originOf'];
};

/**
 * Reads a configuration, JSON or YAML by its file's name. Relative paths start at the file's own folder, wherever the
 * node is started from and whoever gave them.
 *
 * @throws UsageError `CONFIG_FILE`, `CONFIG_SETTING`, `CONFIG_VARIABLE` or `CONFIG_FIELD`: the field, what was expected
 *   and, for an unknown key, the nearest known one.
 */
export async function readNodeConfig(path: string, beside: ConfigBeside = {}): Promise<NodeConfig> {
  return (await readLayeredConfig(path, beside)).config;
}

/** As {@link readNodeConfig}, and who gave which value. */
export async function readLayeredConfig(path: string, beside: ConfigBeside = {}): Promise<LayeredConfig> {
  const keys = nodeConfigKeys();
  const { value, originOf } = layered([
    ...assignmentsOf(await readConfigText(path), path),
    ...environmentAssignments(keys, beside.environment ?? {}, VARIABLE_ALIASES, OTHER_VARIABLES),
    ...parseSettings(keys, beside.settings ?? []),
    ...(beside.flags ?? []),
  ]);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { config: located(parsed.data, dirname(resolve(path))), originOf };
  throw refusal(parsed.error, (field) => whereOf(originOf(field), path));
}

/** A file is named with the field that is wrong in it; a variable or a flag is a field's name already. */
const whereOf = (origin: string | undefined, path: string) =>
  origin === undefined || origin === path
    ? (field: string) => `${path}: ${field}`
    : (field: string) => (origin.endsWith(field) ? origin : `${origin} (${field})`);

function refusal(
  error: z.ZodError,
  where: (path: readonly PropertyKey[]) => (field: string) => string,
): UsageError {
  // A misspelt key is also a missing one: the misspelling is what helps.
  const unknown = error.issues.find(({ code }) => code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys') {
    const key = unknown.keys[0] ?? '';
    const path = [...unknown.path, key];
    const field = path.join('.');
    const close = closestWord(key, namesWithin(unknown.path.join('.')));
    return new UsageError('CONFIG_FIELD', `${where(path)(field)}: unknown key`, {
      metadata: { field },
      hint: close === undefined ? 'ballast config keys lists them' : `did you mean "${close}"?`,
    });
  }
  const { field, expectation } = firstIssue(error);
  return new UsageError('CONFIG_FIELD', `${where(error.issues[0]?.path ?? [])(field)}: ${expectation}`, {
    metadata: { field },
  });
}

/** The keys of a group, by their last names. */
function namesWithin(group: string): readonly string[] {
  const prefix = group === '' ? '' : `${group}.`;
  return nodeConfigKeys()
    .filter(({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'))
    .map(({ name }) => name.slice(prefix.length));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The configuration with absolute paths. */
function located(config: NodeConfig, folder: string): NodeConfig {
  const at = (path: string) => resolve(folder, path);
  const source = (given: MarketSource): MarketSource => {
    if (given.kind !== 'csv') return given;
    const { peers } = given;
    return { ...given, file: at(given.file), ...(peers === undefined ? {} : { peers: peers.map(at) }) };
  };
  const {
    network,
    keystore,
    dataDir,
    passwordFile,
    slice,
    publicFeed,
    market,
    publicMarket,
    collaterals,
    api,
    shadow,
  } = config;
  return {
    ...config,
    network: at(network),
    keystore: at(keystore),
    dataDir: at(dataDir),
    slice: source(slice),
    publicFeed: source(publicFeed),
    ...(shadow === undefined || versionNamed(shadow) !== undefined ? {} : { shadow: at(shadow) }),
    ...(passwordFile === undefined ? {} : { passwordFile: at(passwordFile) }),
    ...(market === undefined ? {} : { market: source(market) }),
    ...(publicMarket === undefined ? {} : { publicMarket: source(publicMarket) }),
    ...(collaterals === undefined
      ? {}
      : {
          collaterals: collaterals.map(({ name, feed, market: asset }) => ({
            name,
            ...(feed === undefined ? {} : { feed: source(feed) }),
            ...(asset === undefined ? {} : { market: source(asset) }),
          })),
        }),
    ...(api?.tokens === undefined ? {} : { api: { ...api, tokens: at(api.tokens) } }),
  };
}

/** @throws UsageError `NETWORK_FILE` or `NETWORK_DOCUMENT`. */
export async function readNetworkDocument(path: string): Promise<NetworkDocument> {
  const hint = 'ballast deploy writes it; whoever runs the network hands it out';
  return parseNetworkDocument(await readJson(path, 'NETWORK_FILE', hint));
}

async function readJson(path: string, code: string, hint?: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(code, `${path}: got nothing, expected a readable file`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser quotes the file, line ends and all.
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : 'no JSON';
    throw new UsageError(code, `${path}: got ${reason}, expected JSON`, { cause });
  }
}

/** What a message to the operator says of an error. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof BallastError) return { code: error.code, message: error.message };
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

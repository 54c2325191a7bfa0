import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  type ChainReader,
  type ChainWriter,
  deploySuite,
  nextNonce,
  parseSuiteRecord,
  type SuiteContracts,
  type SuiteOptions,
  type SuiteRecord,
  suiteRecord,
  verifySuite,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, parseNetworkDocument } from '../../protocol/network.ts';
import { type Cost, costOfGas, requireBalance } from './chain.ts';
import { OperatorError } from './errors.ts';

/** A network document but for what a deployment finds out. */
export type NetworkTemplate = Omit<NetworkDocument, 'chain' | 'contracts' | 'genesis'> & {
  readonly genesis: Omit<NetworkDocument['genesis'], 'beaconHeight'>;
};

export type DeploymentPlan = {
  /** Path of the network document to write. */
  readonly document: string;
  readonly template: NetworkTemplate;
  /** Every contract, and what is configured from the start. */
  readonly suite: SuiteOptions;
  /** Blocks from writing the document to the first beacon; an activation moves a beacon that has passed. */
  readonly beaconDelay: number;
};

type State = {
  readonly version: 1;
  readonly chain: string;
  readonly deployer: string;
  readonly firstNonce: number;
  /** Height before the first deployment. */
  readonly fromBlock: number;
  readonly plan: string;
};

/** Gas of a whole deployment, measured, with room: 44 million, 52 with the reference core and its nine parameters. */
const DEPLOYMENT_GAS = 60_000_000n;

/** What a deployment would cost. */
export function deploymentCost(reader: ChainReader, deployer: `0x${string}`): Promise<Cost> {
  return costOfGas(reader, deployer, DEPLOYMENT_GAS);
}

/**
 * Deploys the contracts and writes their addresses and the network document; operators register next, then
 * `activateNetwork`. A call after a crash goes on where the last one ended: a state file beside the document holds
 * the nonces, which serve once. Where the document exists, nothing is sent.
 *
 * @throws OperatorError `DEPLOYMENT_PLAN_CHANGED`, `DEPLOYMENT_STATE`, `BALANCE_TOO_LOW`; ContractRevertError.
 */
export async function deployNetwork(
  reader: ChainReader,
  writer: ChainWriter,
  plan: DeploymentPlan,
  wait: WaitOptions = {},
): Promise<NetworkDocument> {
  const chain = `eip155:${reader.chain.id}`;
  const deployer = writer.account.address;
  const state = await obtainState(reader, plan, chain, deployer);
  const finished = await readDocument(plan.document);
  if (finished !== undefined) return finished;
  const { firstNonce, fromBlock } = state;
  const { contracts: suite } = await deploySuite(reader, writer, plan.suite, { ...wait, firstNonce });
  await writeJson(recordPathOf(plan.document), await suiteRecord(reader, suite, { fromBlock, deployer }));
  const contracts = namedContracts(suite);
  const { genesis, ...rest } = plan.template;
  const beaconHeight = Number(await reader.getBlockNumber()) + plan.beaconDelay;
  const document = parseNetworkDocument({
    ...rest,
    chain,
    contracts,
    genesis: { ...genesis, beaconHeight },
  });
  await writeDocument(plan.document, document);
  return document;
}

export const statePathOf = (document: string): string => `${document}.deployment`;

/** The addresses file beside a network document: `network.contracts.json`. */
export const recordPathOf = (document: string): string => `${document.replace(/\.json$/, '')}.contracts.json`;

/** Replaces the file as a whole. */
export const writeDocument = (path: string, document: NetworkDocument): Promise<void> =>
  writeJson(path, document);

/** The contracts that a network document names; the parameter registry names the rest. */
function namedContracts(suite: SuiteContracts): Record<string, string> {
  const names = ['nodeRegistry', 'modelRegistry', 'parameterRegistry', 'controller'];
  return Object.fromEntries(names.map((name) => [name, suite.get(name) ?? '']));
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await rename(temporary, path);
}

/** The addresses file beside a network document. @throws UsageError `CONTRACTS_FILE`. */
export async function readRecord(document: string): Promise<SuiteRecord> {
  const path = recordPathOf(document);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError('CONTRACTS_FILE', `${path}: it cannot be read (${error.code})`, {
      hint: 'ballast deploy writes it beside the network document',
    });
  });
  return parseSuiteRecord(text);
}

/**
 * Holds the addresses file of a network, and its document's addresses, against the chain.
 *
 * @throws BallastError `SUITE_ADDRESS` {contract, expected, given} where document and file differ; else as `verifySuite`.
 */
export async function verifyContracts(
  reader: ChainReader,
  { contracts }: NetworkDocument,
  record: SuiteRecord,
): Promise<void> {
  for (const [contract, expected] of Object.entries(contracts)) {
    const given = record.contracts[contract]?.address;
    if (given === expected) continue;
    throw new BallastError(
      'SUITE_ADDRESS',
      `${contract}: got ${given ?? 'nothing'} in the contracts file, expected ${expected} as in the network document`,
      { metadata: { contract, expected, given: given ?? '' }, hint: 'the two files are of two networks' },
    );
  }
  await verifySuite(reader, record);
}

/** The document, or undefined where there is no such file yet. @throws UsageError `NETWORK_DOCUMENT`. */
export async function readDocument(path: string): Promise<NetworkDocument | undefined> {
  const value = await readJson(path);
  return value === undefined ? undefined : parseNetworkDocument(value);
}

/** The state of a deployment that was begun, or a new one, on disk before anything is sent. */
async function obtainState(
  reader: ChainReader,
  plan: DeploymentPlan,
  chain: string,
  deployer: `0x${string}`,
): Promise<State> {
  const path = statePathOf(plan.document);
  const hash = planHash(plan);
  const known = (await readJson(path)) as State | undefined;
  if (known !== undefined) {
    const { version, firstNonce, fromBlock } = known;
    if (version !== 1 || !Number.isInteger(firstNonce) || !Number.isInteger(fromBlock))
      throw badState(path, 'its fields');
    if (known.chain !== chain) throw badState(path, `it is of ${known.chain}, expected ${chain}`);
    if (known.deployer !== deployer) throw badState(path, `it is by ${known.deployer}, expected ${deployer}`);
    if (known.plan !== hash) {
      throw new OperatorError('DEPLOYMENT_PLAN_CHANGED', `${path}: the plan has changed since it was begun`, {
        hint: 'go on with the plan of then, or deploy another network under another file name',
      });
    }
    return known;
  }
  requireBalance(deployer, await deploymentCost(reader, deployer));
  const firstNonce = await nextNonce(reader, deployer);
  const fromBlock = Number(await reader.getBlockNumber());
  const state: State = { version: 1, chain, deployer, firstNonce, fromBlock, plan: hash };
  await writeFile(path, `${JSON.stringify(state, null, 2)}\n`, { flag: 'wx', flush: true });
  return state;
}

function planHash({ template, suite, beaconDelay }: DeploymentPlan): string {
  return digestOf('ballast/deployment-plan/2', {
    template: template as unknown as Encodable,
    suite: encodable(suite),
    beaconDelay,
  });
}

/** Integers beyond those of the encoding as decimal strings; without the fields that are left out. */
function encodable(value: unknown): Encodable {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(encodable);
  if (typeof value !== 'object' || value === null) return value as Encodable;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, encodable(field)]));
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw badState(path, `it cannot be read (${error.code})`);
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badState(path, 'it is not JSON');
  }
}

function badState(path: string, what: string): OperatorError {
  return new OperatorError('DEPLOYMENT_STATE', `${path}: ${what}`, {
    metadata: { path },
    hint: 'use the same chain and deployer as before, or another file name for another network',
  });
}

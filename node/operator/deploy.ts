import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  type ChainReader,
  type ChainWriter,
  ContractRevertError,
  configureParameter,
  deployContracts,
  nextNonce,
  type ParameterLimits,
  parameterState,
  STABILITY_FEE,
  WAD_PER_YEAR,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
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
  /** Wei and seconds. */
  readonly registry: { readonly minimumBond: bigint; readonly unbondingDelaySeconds: number };
  /** What the fee starts with, and what governance lets models do to it. */
  readonly fee: { readonly initial: bigint; readonly limits: ParameterLimits };
  /** Blocks from writing the document to the first beacon; an activation moves a beacon that has passed. */
  readonly beaconDelay: number;
};

type State = {
  readonly version: 1;
  readonly chain: string;
  readonly deployer: string;
  readonly firstNonce: number;
  readonly plan: string;
};

/** Gas of a whole deployment, measured, with room: nine contracts and the fee. */
const DEPLOYMENT_GAS = 20_000_000n;

/** What a deployment would cost. */
export function deploymentCost(reader: ChainReader, deployer: `0x${string}`): Promise<Cost> {
  return costOfGas(reader, deployer, DEPLOYMENT_GAS);
}

/**
 * Deploys the contracts, configures the fee and writes the network document; operators register next, then
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
  const { block: _block, ...contracts } = await deployContracts(reader, writer, {
    ...plan.registry,
    ...wait,
    firstNonce: state.firstNonce,
  });
  if (!(await isConfigured(reader, contracts))) {
    const { initial: value, limits } = plan.fee;
    const fee = { parameter: STABILITY_FEE, unit: WAD_PER_YEAR, value, limits };
    await configureParameter(reader, writer, contracts, fee, wait).catch((error: unknown) => {
      // What a run before has sent came first.
      if (!(error instanceof ContractRevertError) || error.code !== 'ALREADY_CONFIGURED') throw error;
    });
  }
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

/** Replaces the file as a whole. */
export async function writeDocument(path: string, document: NetworkDocument): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${JSON.stringify(document, null, 2)}\n`, { flush: true });
  await rename(temporary, path);
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
    if (known.version !== 1 || !Number.isInteger(known.firstNonce)) throw badState(path, 'its fields');
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
  const state: State = { version: 1, chain, deployer, firstNonce, plan: hash };
  await writeFile(path, `${JSON.stringify(state, null, 2)}\n`, { flag: 'wx', flush: true });
  return state;
}

function planHash({ template, registry, fee, beaconDelay }: DeploymentPlan): string {
  const { minimumBond, unbondingDelaySeconds } = registry;
  const { cooldownSeconds, windowSeconds, risk, haltClass, isWired, ...amounts } = fee.limits;
  const { min, max, stepUp, stepDown, budgetUp, budgetDown } = amounts;
  return digestOf('ballast/deployment-plan/1', {
    template: template as unknown as Encodable,
    registry: [String(minimumBond), unbondingDelaySeconds],
    fee: [
      ...[fee.initial, min, max, stepUp, stepDown, budgetUp, budgetDown].map(String),
      cooldownSeconds,
      windowSeconds,
      risk,
      haltClass,
      isWired,
    ],
    beaconDelay,
  });
}

async function isConfigured(
  reader: ChainReader,
  contracts: { readonly controller: string; readonly parameterRegistry: string },
): Promise<boolean> {
  try {
    await parameterState(reader, contracts, STABILITY_FEE);
    return true;
  } catch (error) {
    if (error instanceof ContractRevertError && error.code === 'PARAMETER_UNKNOWN') return false;
    throw error;
  }
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

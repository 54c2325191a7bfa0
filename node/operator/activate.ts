import {
  activeOperators,
  blsKeysAt,
  type ChainReader,
  type ChainWriter,
  chainHead,
  governanceOf,
  handOverModelRegistry,
  initialiseModelRegistry,
  type OperatorKeys,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { aggregatorOf, BLS_COMMITTEE_SIZE, requireFor } from '../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { MAX_COMMITTEE } from '../../protocol/round-entry.ts';
import { type Cost, costOfGas } from './chain.ts';
import { readDocument, writeDocument } from './deploy.ts';
import { OperatorError } from './errors.ts';

/** The least that bears one faulty member: N ≥ 3F + 1. */
const MIN_OPERATORS = 4;
/** Measured, with room. */
const ACTIVATION_GAS = 250_000n;
const NO_NETWORK = '0'.repeat(64);

export type Activation = {
  readonly status: 'activated' | 'already-active';
  readonly document: NetworkDocument;
  readonly committee: readonly OperatorKeys[];
};

export type ActivationOptions = WaitOptions & {
  /** Blocks from now to the first beacon, where the document's has passed; 64 unless given. */
  readonly beaconDelay?: number;
  /** Operators to wait for before activating; 4 unless given. */
  readonly minimumOperators?: number;
  /** Operators from which on the committee votes with BLS, where all have registered a key; 41 unless given. */
  readonly blsCommitteeSize?: number;
  /** Who may ask for an earlier version, for as long as the network lives; the timelock unless given. */
  readonly restorer?: string;
};

export type ActivationPlan = Omit<Activation, 'status'> & { readonly status: 'activate' | 'already-active' };

/**
 * What an activation would do, and whether it is done already.
 *
 * @param path of the network document.
 * @throws OperatorError `NOT_DEPLOYED`, `TOO_FEW_OPERATORS`, `TOO_MANY_OPERATORS`, `NETWORK_ALREADY_ACTIVE` with
 *   another document; UsageError for a rule that no node can compute; AggregationError `RULE_CONDITION` for one that
 *   needs more operators, `RULE_COST` for one that takes too long with so many.
 */
export async function planActivation(
  reader: ChainReader,
  path: string,
  { minimumOperators = MIN_OPERATORS }: Pick<ActivationOptions, 'minimumOperators'> = {},
): Promise<ActivationPlan> {
  const document = await readDocument(path);
  if (document === undefined) {
    throw new OperatorError('NOT_DEPLOYED', `${path}: got nothing, expected a network document`, {
      hint: 'run ballast deploy first',
    });
  }
  const { nodeRegistry, modelRegistry } = document.contracts;
  const active = await activeNetwork(reader, modelRegistry);
  const committee = await activeOperators(reader, nodeRegistry);
  if (active !== undefined) {
    if (active === networkId(document)) return { status: 'already-active', document, committee };
    throw new OperatorError(
      'NETWORK_ALREADY_ACTIVE',
      `${path}: the contracts serve network ${active.slice(0, 12)}, expected ${networkId(document).slice(0, 12)}`,
      { hint: 'the document was changed after its activation: take the one that was handed out then' },
    );
  }
  requireCommittee(committee.length, minimumOperators);
  requireFor(aggregatorOf(document.parameters), committee.length);
  return { status: 'activate', document, committee };
}

/**
 * Names the network and its first committee on the chain: all operators that have registered with a valid proof. A
 * beacon height that has passed is moved and the document written anew, so its id is final only now. The deployer then
 * hands the model registry to the timelock, and has no power any more.
 *
 * @param path of the network document.
 * @throws OperatorError as {@link planActivation}; ContractRevertError `OWNABLE_UNAUTHORIZED_ACCOUNT` for any but the
 *   deployer.
 */
export async function activateNetwork(
  reader: ChainReader,
  writer: ChainWriter,
  path: string,
  {
    beaconDelay = 64,
    minimumOperators = MIN_OPERATORS,
    blsCommitteeSize = BLS_COMMITTEE_SIZE,
    restorer,
    ...wait
  }: ActivationOptions = {},
): Promise<Activation> {
  const { status, document, committee } = await planActivation(reader, path, { minimumOperators });
  const { modelRegistry, parameterRegistry } = document.contracts;
  const governance = await governanceOf(reader, parameterRegistry);
  if (status === 'already-active') {
    await handOverModelRegistry(reader, writer, modelRegistry, governance, wait);
    return { status, document, committee };
  }
  const timely = await withTimelyBeacon(reader, document, beaconDelay);
  if (timely !== document) await writeDocument(path, timely);
  const keys =
    committee.length < blsCommitteeSize
      ? undefined
      : await blsKeysOf(reader, timely.contracts.nodeRegistry, committee);
  await initialiseModelRegistry(
    reader,
    writer,
    timely.contracts.modelRegistry,
    {
      network: networkId(timely),
      modelDigest: timely.genesis.modelDigest,
      committee: committee.map(({ signer }) => signer),
      ...(keys === undefined ? {} : { keys }),
      restorer: restorer ?? governance,
    },
    wait,
  );
  await handOverModelRegistry(reader, writer, modelRegistry, governance, wait);
  return { status: 'activated', document: timely, committee };
}

/** Their keys in the same order; undefined where one has none: then all vote with their addresses. */
async function blsKeysOf(
  reader: ChainReader,
  nodeRegistry: string,
  committee: readonly OperatorKeys[],
): Promise<Uint8Array[] | undefined> {
  const named = await blsKeysAt(reader, nodeRegistry);
  const keys = committee.flatMap(({ signer }) => named.get(signer) ?? []);
  return keys.length === committee.length ? keys : undefined;
}

/** What an activation would cost. */
export function activationCost(reader: ChainReader, deployer: `0x${string}`): Promise<Cost> {
  return costOfGas(reader, deployer, ACTIVATION_GAS);
}

async function activeNetwork(reader: ChainReader, modelRegistry: string): Promise<string | undefined> {
  const { network } = await chainHead(reader, modelRegistry);
  return network === NO_NETWORK ? undefined : network;
}

function requireCommittee(size: number, minimum: number): void {
  if (size < minimum) {
    throw new OperatorError(
      'TOO_FEW_OPERATORS',
      `operators: got ${size} registered, expected at least ${minimum}`,
      {
        metadata: { registered: size, minimum },
        hint: 'wait until more have run ballast register',
      },
    );
  }
  if (size > MAX_COMMITTEE) {
    throw new OperatorError(
      'TOO_MANY_OPERATORS',
      `operators: got ${size} registered, expected at most ${MAX_COMMITTEE}`,
      { metadata: { registered: size, maximum: MAX_COMMITTEE } },
    );
  }
}

/** A beacon that was there before the committee was known could be chosen for. */
async function withTimelyBeacon(
  reader: ChainReader,
  document: NetworkDocument,
  delay: number,
): Promise<NetworkDocument> {
  const height = Number(await reader.getBlockNumber());
  if (document.genesis.beaconHeight > height + 1) return document;
  return { ...document, genesis: { ...document.genesis, beaconHeight: height + delay } };
}

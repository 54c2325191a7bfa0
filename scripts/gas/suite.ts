import type { Hex } from 'viem';
import * as client from '../../contracts/client/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { chainTime, type GasChain, passTime } from './chain.ts';

const NETWORK: Digest = 'ab'.repeat(32);
const MODEL: Digest = 'ef'.repeat(32);
const ENTRY: Digest = '12'.repeat(32);
const WAD = 10n ** 18n;
/** One basis point. */
const STEP = WAD / 10_000n;
const DAY = 86_400;
const COLLATERAL = 'ETH';
const LIMITS: client.ParameterLimits = {
  ...{ min: WAD / 100n, max: WAD / 5n, stepUp: STEP, stepDown: STEP, budgetUp: WAD, budgetDown: WAD },
  ...{ cooldownSeconds: 60, windowSeconds: 604_800, risk: 'both', haltClass: 0, isWired: false },
};

export type SuiteBatch = {
  readonly contracts: client.Deployment;
  /** Publishes the next version with so many votes. @returns the gas of its transaction. */
  readonly publish: (votes: number) => Promise<number>;
  /** Raises so many parameters by a basis point, by so many votes. */
  readonly apply: (
    parameters: number,
    votes: number,
  ) => Promise<{ readonly gasUsed: bigint; readonly transactionHash: Hex }>;
};

/** The suite for the chain's committee, with parameters that are pulled. */
export async function deployPulled(chain: GasChain, parameters: number): Promise<SuiteBatch> {
  const contracts = await deploy(chain);
  const ids = Array.from({ length: parameters }, (_, i) => client.parameterId(`PARAMETER ${i}`)).sort();
  for (const parameter of ids)
    await client.configureParameter(chain.reader, chain.owner, contracts, {
      ...{ parameter, unit: client.WAD_PER_YEAR, value: WAD / 20n, limits: LIMITS },
    });
  return batches(chain, contracts, ids);
}

/** The suite with the reference core on it: one collateral, a debt, savings; its fee is wired. */
export async function deployWired(chain: GasChain): Promise<SuiteBatch> {
  const { reader, owner } = chain;
  const contracts = await deploy(chain);
  const { circuitBreaker } = await client.suiteOf(reader, contracts.parameterRegistry);
  const reference = await client.deployReferenceCore(reader, owner, {
    ...{ parameterRegistry: contracts.parameterRegistry, circuitBreaker },
    collaterals: [{ name: COLLATERAL, decimals: 18, price: 2_000n * 10n ** 8n }],
  });
  for (const configuration of client.referenceParameters(reference.core, [COLLATERAL]))
    await client.configureParameter(reader, owner, contracts, configuration);
  const actions = client.coreActions(reader, owner, reference.core);
  await actions.sync(client.GLOBAL_PARAMETERS);
  for (const collateral of reference.collaterals) {
    await client.addCollateral(reader, owner, reference.core, collateral);
    const vault = await actions.open(collateral.name);
    await client.mintDevnetToken(reader, owner, collateral.token, owner.account.address, 10n * WAD);
    await actions.deposit(vault, collateral.token, 10n * WAD);
    await actions.mint(vault, 5_000n * WAD);
    await actions.save(1_000n * WAD);
  }
  return batches(chain, contracts, [client.STABILITY_FEE]);
}

async function deploy({ reader, owner, committee }: GasChain): Promise<client.Deployment> {
  const options = { minimumBond: WAD, unbondingDelaySeconds: 3_600 };
  const contracts = await client.deployContracts(reader, owner, options);
  const genesis = { network: NETWORK, modelDigest: MODEL, committee };
  await client.initialiseModelRegistry(reader, owner, contracts.modelRegistry, genesis);
  return contracts;
}

function batches(chain: GasChain, contracts: client.Deployment, ids: readonly Digest[]): SuiteBatch {
  const { reader, owner, committee, anvil } = chain;
  let version = 0;
  const publish = async (votes: number) => {
    version += 1;
    const decision: client.RoundDecision = {
      ...{ network: NETWORK, epoch: 0, round: 10 * version, view: 0, outcome: 'accepted', version },
      ...{ modelDigest: MODEL, entryDigest: ENTRY },
    };
    const domain = { chainId: anvil.chainId, contract: contracts.modelRegistry };
    const signatures = chain.members.slice(0, votes).map(async (member, index) => ({
      index,
      signature: await client.signRoundDecision(member, domain, decision),
    }));
    const certificate = { decision, committee, signatures: await Promise.all(signatures) };
    const result = await client.publishModel(reader, owner, contracts.modelRegistry, certificate);
    if (result.status !== 'published') throw new Error('published before');
    return Number(result.gasUsed);
  };
  const apply = async (parameters: number, votes: number) => {
    await passTime(chain, DAY);
    const moved = ids.slice(0, parameters);
    const states = await Promise.all(moved.map((id) => client.parameterState(reader, contracts, id)));
    const update: client.ParameterUpdate = {
      ...{ network: NETWORK, sequence: (states[0]?.sequence ?? 0) + 1 },
      ...{ modelVersion: version, modelDigest: MODEL, transcript: ENTRY },
      expiry: (await chainTime(chain)) + 3_600,
      parameters: states.map(({ parameter, value }) => ({ parameter, expected: value })),
    };
    const own = {
      values: states.map(({ value }) => value + STEP),
      explanation: client.explanationDigest('because'),
    };
    const domain = { chainId: anvil.chainId, contract: contracts.controller };
    const signed = chain.members.slice(0, votes).map(async (member, index) => ({
      ...{ index, ...own },
      signature: await client.signRecommendation(member, domain, { ...update, ...own }),
    }));
    const request = { update, votes: await Promise.all(signed), committee };
    return client.applyRecommendations(reader, owner, contracts.controller, request);
  };
  return { contracts, publish, apply };
}

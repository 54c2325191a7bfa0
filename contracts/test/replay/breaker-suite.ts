import { fileURLToPath } from 'node:url';
import { type Abi, type Address, encodeDeployData, encodeFunctionData, type Hex } from 'viem';
import { circuitBreakerAbi, circuitBreakerBytecode } from '../../client/generated/circuit-breaker.ts';
import { stabilityOracleAbi, stabilityOracleBytecode } from '../../client/generated/stability-oracle.ts';
import * as client from '../../client/index.ts';
import { compileContracts } from '../../solc/compiler.ts';

/** A breaker with its oracle, behind a feed that says what it is told. */
export type BreakerSuite = {
  /** `ReplayFeed`; the decision log too. */
  readonly feed: Address;
  readonly oracle: Address;
  readonly breaker: Address;
};

/** Sends a transaction and returns its hash once it is in a block. */
export type Send = (transaction: { readonly to?: Address; readonly data: Hex }) => Promise<Hex>;

export type BreakerSuiteOptions = {
  readonly governance: string;
  readonly guardians: readonly string[];
  readonly settings: client.BreakerSettings;
  readonly oracle: client.OracleSettings;
  readonly resumeDelaySeconds?: number;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
let compiled: { readonly abi: Abi; readonly bytecode: Hex } | undefined;

/** The feed of tests, compiled once a process. */
export function replayFeed(): { readonly abi: Abi; readonly bytecode: Hex } {
  const [contract] = compiled === undefined ? compileContracts(root, ['ReplayFeed'], 'contracts/test') : [];
  if (contract !== undefined) compiled = { abi: contract.abi as Abi, bytecode: contract.bytecode };
  if (compiled === undefined) throw new Error('expected the compiled feed');
  return compiled;
}

/** Deploys feed, oracle behind its proxy, and breaker. */
export async function deployBreakerSuite(
  reader: client.ChainReader,
  send: Send,
  { governance, guardians, settings, oracle, resumeDelaySeconds }: BreakerSuiteOptions,
): Promise<BreakerSuite> {
  const { abi, bytecode } = replayFeed();
  const create = async (code: { abi: Abi; bytecode: Hex; args: readonly unknown[] }): Promise<Address> => {
    const hash = await send({ data: encodeDeployData(code) });
    const { contractAddress } = await reader.getTransactionReceipt({ hash });
    if (typeof contractAddress !== 'string') throw new Error('expected a contract');
    return contractAddress;
  };
  const feed = await create({ abi, bytecode, args: [] });
  const args = [governance, governance] as const;
  const code = await create({ abi: stabilityOracleAbi as Abi, bytecode: stabilityOracleBytecode, args });
  const peg = { coin: { primary: { aggregator: feed, heartbeat: 86_400, decimals: 8 } } };
  const initialisation = client.oracleInitialisation(peg, oracle);
  const setUp = encodeFunctionData({ abi, functionName: 'deployOracle', args: [code, initialisation] });
  await send({ to: feed, data: setUp });
  const proxy = (await reader.readContract({ abi, address: feed, functionName: 'oracle' })) as Address;
  const breaker = await create({
    abi: circuitBreakerAbi as Abi,
    bytecode: circuitBreakerBytecode,
    args: client.breakerArguments({
      ...{ governance, guardians, settings, oracle: proxy, log: feed },
      ...(resumeDelaySeconds === undefined ? {} : { resumeDelaySeconds }),
    }),
  });
  return { feed, oracle: proxy, breaker };
}

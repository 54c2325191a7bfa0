import { expect } from 'chai';
import { parseEther } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import * as client from '../client/index.ts';
import { modelRegistryAbi } from '../client/index.ts';

const COLLATERAL = 'ETH';

async function failure(promise: Promise<unknown> | (() => unknown)): Promise<BallastError> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('deployment of the suite', function () {
  this.timeout(60_000);
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let deployer: client.ChainWriter;
  let suite: client.SuiteDeployment;
  let record: client.SuiteRecord;
  let firstNonce: number;
  let gas = 0n;
  const account = (index: number) => client.devAccount(index).address;
  const options: client.SuiteOptions = {
    registry: { minimumBond: parseEther('1'), unbondingDelay: 3_600 },
    governance: { ...client.DEFAULT_GOVERNANCE, identities: [4, 5, 6, 7].map(account) },
    bridge: { delay: 172_800 },
    breaker: { guardians: [account(2)] },
    peg: { hand: { owner: account(1), answer: 100_000_000n } },
    parameters: client.referenceParameters('reference-core', [COLLATERAL]),
    reference: {
      governance: account(1),
      feedOwner: account(1),
      collaterals: [{ name: COLLATERAL, decimals: 18, price: 200_000_000_000n }],
    },
  };

  before(async () => {
    anvil = await client.startAnvil();
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 10 };
    reader = client.createReader(endpoint);
    deployer = client.createWriter(endpoint, client.devAccount(0));
    firstNonce = await client.nextNonce(reader, deployer.account.address);
    suite = await client.deploySuite(reader, deployer, options);
    for (let height = 1n; height <= (await reader.getBlockNumber()); height++)
      gas += (await reader.getBlock({ blockNumber: height })).gasUsed;
    record = await client.suiteRecord(reader, suite.contracts, { fromBlock: 0, deployer: account(0) });
  });
  after(async () => {
    console.log(`      gas of the deployment, ${suite.contracts.size} transactions: ${gas}`);
    await anvil?.stop();
  });

  const at = (name: string) => client.recordedAddressOf(record)(name);

  it('names every contract where it lies, and configures every parameter', async () => {
    expect(new Set(suite.contracts.values()).size).to.equal(suite.contracts.size);
    for (const { parameter, value, unit, limits } of options.parameters) {
      const contracts = { controller: at('controller'), parameterRegistry: at('parameterRegistry') };
      const state = await client.parameterState(reader, contracts, parameter);
      expect(state).to.deep.include({ value, unit, limits });
    }
    expect(await client.governanceOf(reader, at('parameterRegistry'))).to.equal(at('timelock'));
    expect(await client.governorOf(reader, at('timelock'))).to.equal(at('governor'));
    expect(
      (await client.readModules(reader, at('moduleRegistry'))).map(({ proxy }) => proxy),
    ).to.have.members(['controller', 'overrideModule', 'stabilityOracle', 'governanceBridge'].map(at));
  });

  it('goes on where it ended, and makes nothing twice', async () => {
    const height = await reader.getBlockNumber();
    const again = await client.deploySuite(reader, deployer, options, { firstNonce });
    expect([...again.contracts]).to.deep.equal([...suite.contracts]);
    expect(await reader.getBlockNumber()).to.equal(height);
  });

  it('leaves the deployer nothing once the model registry is handed over', async () => {
    const registry = at('modelRegistry');
    const owner = () =>
      reader.readContract({ abi: modelRegistryAbi, address: registry, functionName: 'owner' });
    expect(await client.handOverModelRegistry(reader, deployer, registry, at('timelock'))).to.equal(true);
    expect((await owner()).toLowerCase()).to.equal(at('timelock'));
    expect(await client.handOverModelRegistry(reader, deployer, registry, at('timelock'))).to.equal(false);
    const error = await failure(
      client.initialiseModelRegistry(reader, deployer, registry, {
        network: 'ab'.repeat(32),
        modelDigest: 'cd'.repeat(32),
        committee: [account(5)],
      }),
    );
    expect(error.code).to.equal('OWNABLE_UNAUTHORIZED_ACCOUNT');
  });

  it('confirms an addresses file that went through text, and names what differs', async () => {
    const text = JSON.stringify(record);
    expect(client.parseSuiteRecord(text)).to.deep.equal(record);
    await client.verifySuite(reader, record);
    const { electorate, decisionLog } = record.contracts;
    if (electorate === undefined || decisionLog === undefined) throw new Error('both are deployed');
    const changed = (contracts: Partial<client.SuiteRecord['contracts']>): client.SuiteRecord =>
      client.parseSuiteRecord(
        JSON.stringify({ ...record, contracts: { ...record.contracts, ...contracts } }),
      );

    const code = { ...electorate, codeHash: '0'.repeat(64) };
    expect((await failure(client.verifySuite(reader, changed({ electorate: code })))).metadata).to.include({
      contract: 'electorate',
      expected: code.codeHash,
      given: electorate.codeHash,
    });
    const other = changed({ electorate: decisionLog });
    const wrong = await failure(client.verifySuite(reader, other));
    expect(wrong.code).to.equal('SUITE_WIRING');
    const missing = changed({ decisionLog: undefined });
    expect((await failure(client.verifySuite(reader, missing))).metadata).to.include({
      contract: 'decisionLog',
    });
    const elsewhere = { ...record, chain: 'eip155:1' };
    expect((await failure(client.verifySuite(reader, elsewhere))).code).to.equal('SUITE_CHAIN');
  });

  it('finds each wire that leads elsewhere', async () => {
    const contracts = new Map(suite.contracts);
    for (const name of [
      'timelock',
      'parameterRegistry',
      'moduleRegistry',
      'stabilityOracle',
      'coin',
    ] as const) {
      const moved = new Map(contracts).set(name, at('electorate'));
      const error = await failure(client.checkSuite(reader, moved, account(0)));
      expect(error.code, name).to.equal('SUITE_WIRING');
    }
    const governorAsDeployer = await failure(client.checkSuite(reader, contracts, at('governor')));
    expect(governorAsDeployer.metadata).to.include({
      contract: 'timelock',
      expected: 'false',
      given: 'true',
    });
  });

  it('refuses a file that is too large, has too many contracts or other fields', async () => {
    const contract = record.contracts.electorate;
    const many = Object.fromEntries(
      Array.from({ length: 65 }, (_, i) => [`a${'b'.repeat(i % 30)}/${i}`, contract]),
    );
    for (const text of [
      '{',
      ' '.repeat(65_537),
      JSON.stringify({ ...record, contracts: many }),
      JSON.stringify({ ...record, more: 1 }),
      JSON.stringify({ ...record, format: 'ballast-contracts/2' }),
    ]) {
      expect((await failure(() => client.parseSuiteRecord(text))).code).to.equal('CONTRACTS_FILE');
    }
    expect((await failure(() => at('nothing'))).code).to.equal('CONTRACTS_FILE');
  });
});

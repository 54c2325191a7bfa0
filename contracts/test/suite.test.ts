import { expect } from 'chai';
import { parseEther } from 'viem';
import { wadFromBps } from '../../protocol/units.ts';
import type { ParameterConfiguration, SuiteOptions } from '../client/index.ts';
import * as client from '../client/index.ts';

const closed = {
  stepUp: 0n,
  stepDown: 0n,
  budgetUp: 0n,
  budgetDown: 0n,
  cooldownSeconds: 0,
  windowSeconds: 604_800,
  risk: 'both',
  haltClass: 0,
  isWired: false,
} as const;
const FEE: ParameterConfiguration = {
  parameter: client.STABILITY_FEE,
  unit: client.WAD_PER_YEAR,
  value: wadFromBps(500n),
  limits: { ...closed, min: wadFromBps(50n), max: wadFromBps(1_500n), isWired: true },
  consumer: 'reference-core',
};

describe('deployment of the suite', function () {
  this.timeout(60_000);
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let deployer: client.ChainWriter;
  let suite: client.SuiteDeployment;
  let firstNonce: number;
  const account = (index: number) => client.devAccount(index).address;
  const options: SuiteOptions = {
    registry: { minimumBond: parseEther('1'), unbondingDelay: 3_600 },
    governance: { ...client.DEFAULT_GOVERNANCE, identities: [4, 5, 6, 7].map(account) },
    bridge: { delay: 172_800 },
    breaker: { guardians: [account(2)], resumeDelaySeconds: 60 },
    peg: { hand: { owner: account(1), answer: 100_000_000n } },
    parameters: [FEE],
    reference: {
      governance: account(1),
      feedOwner: account(1),
      collaterals: [{ name: 'ETH', decimals: 18, price: 200_000_000_000n }],
    },
  };

  before(async () => {
    anvil = await client.startAnvil();
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    reader = client.createReader(endpoint);
    deployer = client.createWriter(endpoint, client.devAccount(0));
    firstNonce = await client.nextNonce(reader, deployer.account.address);
    const t = Date.now();
    suite = await client.deploySuite(reader, deployer, options);
    console.log(
      'ms',
      Date.now() - t,
      'nonces',
      (await client.nextNonce(reader, deployer.account.address)) - firstNonce,
    );
    const before = await reader.getBalance({ address: account(0), blockTag: 'earliest' });
    let gas = 0n;
    for (let b = 1n; b <= (await reader.getBlockNumber()); b++) {
      const g = (await reader.getBlock({ blockNumber: b })).gasUsed;
      gas += g;
      console.log(b, g);
    }
    console.log('gas', gas, before);
  });
  after(() => anvil?.stop());

  it('goes on where it ended', async () => {
    const height = await reader.getBlockNumber();
    const again = await client.deploySuite(reader, deployer, options, { firstNonce });
    expect([...again.contracts]).to.deep.equal([...suite.contracts]);
    expect(await reader.getBlockNumber()).to.equal(height);
  });
});

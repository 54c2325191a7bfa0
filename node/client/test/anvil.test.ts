import { expect } from 'chai';
import { type Anvil, devAccount, startAnvil } from '../../../contracts/client/anvil.ts';
import {
  type ChainReader,
  type ChainWriter,
  createReader,
  createWriter,
} from '../../../contracts/client/clients.ts';
import { configureParameter } from '../../../contracts/client/controller.ts';
import { deployContracts } from '../../../contracts/client/deploy.ts';
import { initialiseModelRegistry, publishModel } from '../../../contracts/client/model-registry.ts';
import { STABILITY_FEE, WAD_PER_YEAR } from '../../../contracts/client/parameters.ts';
import { decisionOf } from '../../../coordinator/entry.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { createBallastClient, formatWadPercent } from '../index.ts';
import { fetchFrom, honest } from './node-stub.ts';
import { documentOf, type Published, publish, signers, weightsOf } from './published.ts';

/** The contracts themselves, so that what the stub of a chain answers is what a chain answers. */
describe('client on a chain', function () {
  this.timeout(60_000);

  const WAD = 10n ** 18n;
  let anvil: Anvil;
  let reader: ChainReader;
  let writer: ChainWriter;
  let published: Published;

  before(async () => {
    anvil = await startAnvil();
    const at = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    reader = createReader(at);
    writer = createWriter(at, devAccount(0));
    const { block: _, ...contracts } = await deployContracts(reader, writer, {
      minimumBond: WAD,
      unbondingDelaySeconds: 60,
    });
    published = await publish(3, documentOf(contracts, anvil.chainId));
    const { network, document } = published;
    await initialiseModelRegistry(reader, writer, contracts.modelRegistry, {
      network,
      modelDigest: document.genesis.modelDigest,
      committee: signers,
    });
    await configureParameter(reader, writer, contracts, {
      parameter: STABILITY_FEE,
      unit: WAD_PER_YEAR,
      value: WAD / 20n,
      limits: {
        min: 0n,
        max: WAD,
        stepUp: WAD,
        stepDown: WAD,
        budgetUp: WAD,
        budgetDown: WAD,
        cooldownSeconds: 60,
        windowSeconds: 600,
        risk: 'both',
        haltClass: 0,
        isWired: false,
      },
    });
  });
  after(() => anvil?.stop());

  const publishVersion = async (version: number) => {
    const certificate = published.certificates.get(version);
    if (certificate === undefined) throw new Error(`no certificate of version ${version}`);
    await publishModel(reader, writer, published.document.contracts.modelRegistry, {
      decision: decisionOf(published.network, certificate.entry, certificate.view),
      committee: signers,
      signatures: certificate.signatures,
    });
  };

  it('reads what the chain takes: genesis, then each version as it is published', async () => {
    const client = createBallastClient({
      nodes: ['http://honest'],
      rpcUrl: anvil.rpcUrl,
      chainId: anvil.chainId,
      modelRegistry: published.document.contracts.modelRegistry,
      maxAgeSeconds: 600,
      fetch: fetchFrom({ honest: honest(published) }).fetch,
    });
    expect((await client.getVersion('latest')).weights).to.deep.equal(weightsOf(0));
    for (const version of [1, 2]) {
      const early = await client.getVersion(version).catch((error: unknown) => error);
      expect(early).to.be.instanceOf(BallastError).and.to.have.property('code', 'VERSION_UNKNOWN');
      await publishVersion(version);
      const latest = await client.getVersion('latest');
      expect(latest).to.deep.include({ version, round: version, stale: false });
      expect(latest.weights).to.deep.equal(weightsOf(version));
    }
    expect(await client.verifyVersion(1)).to.deep.include({ version: 1, stale: true });
    const fee = await client.getParameter('STABILITY_FEE');
    expect([formatWadPercent(fee.value), fee.unit]).to.deep.equal(['5.00 %', 'wad/year']);
  });

  it('reads final blocks where that is asked for', async () => {
    await publishVersion(3);
    const options = {
      nodes: ['http://honest'],
      rpcUrl: anvil.rpcUrl,
      network: published.document,
      fetch: fetchFrom({ honest: honest(published) }).fetch,
    };
    const last = createBallastClient(options);
    const final = createBallastClient({ ...options, finality: 'finalized' });
    expect((await last.getVersion('latest')).version).to.equal(3);
    // The last block but two is final, and each version took a block.
    expect((await final.getVersion('latest')).version).to.equal(1);
    for (let i = 0; i < 3; i++) await reader.request({ method: 'evm_mine' } as never);
    expect((await final.getVersion('latest')).version).to.equal(3);
    expect(await final.getParameter('STABILITY_FEE')).to.deep.equal(await last.getParameter('STABILITY_FEE'));
  });

  it('names an address without a registry', async () => {
    const client = createBallastClient({
      nodes: ['http://honest'],
      rpcUrl: anvil.rpcUrl,
      chainId: anvil.chainId,
      modelRegistry: `0x${'9'.repeat(40)}`,
    });
    const error = await client.getNetwork().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(BallastError).and.to.have.property('code', 'CHAIN_REQUEST_FAILED');
  });
});

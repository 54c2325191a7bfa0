import { expect } from 'chai';
import { createTestClient, encodeDeployData, http } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { modelRegistryAbi, modelRegistryBytecode } from '../client/generated/model-registry.ts';
import * as client from '../client/index.ts';

const BOND = 10n ** 18n;
const WINDOW = 3600;
const digest = (n: number) => n.toString(16).padStart(64, '0');
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    return error instanceof BallastError ? error.code : 'unknown';
  }
};

describe('disputes on a chain', function () {
  this.timeout(30_000);
  const member = client.devAccount(1);
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let governance: client.ChainWriter;

  const writerOf = (index: number) =>
    client.createWriter(
      { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 },
      client.devAccount(index),
    );
  const passTime = async (seconds: number) => {
    const chain = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
    await chain.increaseTime({ seconds });
    await chain.mine({ blocks: 1 });
  };

  async function registryWith(window: number): Promise<string> {
    const { address } = governance.account;
    const args = [address, BigInt(window), BOND] as const;
    const data = encodeDeployData({ abi: modelRegistryAbi, bytecode: modelRegistryBytecode, args });
    const manager = client.transactionsOf(reader, governance);
    const { contractAddress } = await manager.send({ what: 'deploy', call: { data } });
    const genesis = { network: digest(1), modelDigest: digest(2), restorer: address };
    const committee = [member.address.toLowerCase()];
    await client.initialiseModelRegistry(reader, governance, contractAddress ?? '', {
      ...genesis,
      committee,
    });
    return contractAddress ?? '';
  }

  /** @returns the gas that it took. */
  async function publish(registry: string, version: number): Promise<bigint> {
    const decision: client.RoundDecision = {
      ...{ network: digest(1), epoch: 0, round: version, view: 0, outcome: 'accepted', version },
      ...{ modelDigest: digest(100 + version), entryDigest: digest(200 + version) },
    };
    const domain = { chainId: anvil.chainId, contract: registry };
    const signature = await client.signRoundDecision(member, domain, decision);
    const committee = [member.address.toLowerCase()];
    const certificate = { decision, committee, signatures: [{ index: 0, signature }] };
    const result = await client.publishModel(reader, governance, registry, certificate);
    return result.status === 'published' ? result.gasUsed : 0n;
  }

  before(async () => {
    anvil = await client.startAnvil();
    reader = client.createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
    governance = writerOf(0);
  });

  after(() => anvil?.stop());

  it('hold back a version and what follows, until governance decides', async () => {
    const registry = await registryWith(WINDOW);
    const disputer = writerOf(2);
    await publish(registry, 1);
    await passTime(WINDOW);
    await publish(registry, 2);
    expect(await client.modelAuthority(reader, registry)).to.deep.equal({
      version: 1,
      modelDigest: digest(101),
      isContested: false,
    });
    const settled = client.disputeVersion(reader, disputer, registry, { version: 1, evidence: digest(9) });
    expect(await codeOf(settled)).to.equal('VERSION_SETTLED');
    await client.disputeVersion(reader, disputer, registry, { version: 2, evidence: digest(9) });
    expect(await client.versionStatus(reader, registry, 2)).to.equal('disputed');
    await passTime(2 * WINDOW);
    expect(await client.modelAuthority(reader, registry)).to.include({ version: 1, isContested: true });
    const upheld = { version: 2, isUpheld: true, reason: 'drift' };
    expect(await codeOf(client.resolveDispute(reader, disputer, registry, upheld))).to.equal('NOT_RESTORER');
    await client.resolveDispute(reader, governance, registry, upheld);
    expect(await client.versionStatus(reader, registry, 2)).to.equal('revoked');
    expect(await client.modelAuthority(reader, registry)).to.include({ version: 1, isContested: false });
    expect((await client.restoreRequestAt(reader, registry))?.version).to.equal(1);
    expect(await codeOf(client.versionStatus(reader, registry, 3))).to.equal('VERSION_UNKNOWN');
  });

  it('cost a publication less than a slot where there are none', async () => {
    const spent: bigint[][] = [];
    for (const window of [0, WINDOW]) {
      const registry = await registryWith(window);
      const gas: bigint[] = [];
      for (let version = 1; version <= 3; version++) {
        gas.push(await publish(registry, version));
        // Each publication ends one review and begins the next: the dearest case.
        await passTime(WINDOW);
      }
      spent.push(gas);
    }
    const [without = 0n, within = 0n] = spent.map((gas) => gas[2]);
    console.log(`      gas of publish, 1 signature of 1: ${without}, under review: ${within}`);
    expect(without < 82_000n && within - without < 7_000n).to.equal(true);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Anvil,
  type ChainWriter,
  createWriter,
  devAccount,
  startAnvil,
} from '../../../contracts/client/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { devnetSuite } from '../../devnet/suite.ts';
import { type DeploymentPlan, deployNetwork, openChain, statePathOf } from '../index.ts';
import { DOCUMENT } from './support.ts';

const SUITE = devnetSuite(0);
/** One for each contract and for each module's code. */
const TRANSACTIONS = 24;
/** After which transaction the power fails, and whether that one was sent. */
const CUTS = [
  [0, true],
  [10, false],
  [23, true],
] as const;

/** Power fails after so many transactions: before the last one's receipt is seen, or before it is sent. */
function failing(writer: ChainWriter, after: number, isSent: boolean): ChainWriter {
  let sent = 0;
  const sendRawTransaction = async (call: Parameters<ChainWriter['sendRawTransaction']>[0]) => {
    if (sent >= after && !isSent) throw new Error('power cut');
    const hash = await writer.sendRawTransaction(call);
    if (sent++ >= after) throw new Error('power cut');
    return hash;
  };
  return { ...writer, sendRawTransaction } as ChainWriter;
}

describe('deployment', function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let folder = '';

  before(async () => {
    anvil = await startAnvil();
    folder = await mkdtemp(join(tmpdir(), 'ballast-deploy-'));
  });

  after(async () => {
    await anvil?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const chain = () => `eip155:${anvil.chainId}`;
  const writerOf = (index: number) =>
    createWriter({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 }, devAccount(index));
  const planFor = (name: string): DeploymentPlan => {
    const { chain: _chain, contracts: _contracts, genesis, ...rest } = DOCUMENT;
    const { beaconHeight: _height, ...kept } = genesis;
    return {
      document: join(folder, `${name}.json`),
      template: { ...rest, genesis: kept },
      suite: SUITE,
      beaconDelay: 8,
    };
  };

  it('goes on where a crash ended it, and makes nothing twice', async () => {
    const reader = await openChain({ rpcUrl: anvil.rpcUrl, chain: chain(), pollingIntervalMs: 20 });
    const deployer = devAccount(0).address;
    for (const [step, isSent] of CUTS) {
      const what = `${isSent ? 'sent' : 'unsent'}-${step}`;
      const plan = planFor(what);
      const first = await reader.getTransactionCount({ address: deployer });
      const crash = await deployNetwork(reader, failing(writerOf(0), step, isSent), plan).catch((e) => e);
      expect(String(crash), what).to.include('power cut');
      const { contracts } = await deployNetwork(reader, writerOf(0), plan);
      const sent = (await reader.getTransactionCount({ address: deployer })) - first;
      expect(sent, what).to.equal(TRANSACTIONS);
      expect(new Set(Object.values(contracts)).size, what).to.equal(4);
      for (const address of Object.values(contracts)) {
        expect((await reader.getCode({ address: address as `0x${string}` }))?.length, what).to.be.above(100);
      }
      expect(JSON.parse(await readFile(plan.document, 'utf8')).contracts).to.deep.equal(contracts);
    }
  });

  it('refuses to go on for another deployer, chain or nonce', async () => {
    const reader = await openChain({ rpcUrl: anvil.rpcUrl, chain: chain(), pollingIntervalMs: 20 });
    const plan = planFor('held');
    await deployNetwork(reader, failing(writerOf(1), 0, false), plan).catch(() => undefined);
    const codeOf = (writer: ChainWriter) =>
      deployNetwork(reader, writer, plan, { timeoutMs: 300 }).then(
        () => 'none',
        (error: unknown) => (error instanceof BallastError ? error.code : String(error)),
      );
    expect(await codeOf(writerOf(2))).to.equal('DEPLOYMENT_STATE');
    expect(JSON.parse(await readFile(statePathOf(plan.document), 'utf8')).firstNonce).to.equal(0);
    await writerOf(1).sendTransaction({ to: devAccount(3).address, value: 1n });
    expect(await codeOf(writerOf(1))).to.equal('DEPLOYMENT_NONCE_USED');
  });

  it('names an endpoint that is away or serves another chain', async () => {
    const codeOf = (rpcUrl: string, expected: string) =>
      openChain({ rpcUrl, chain: expected }).then(
        () => 'none',
        (error: unknown) => (error instanceof BallastError ? error.code : String(error)),
      );
    expect(await codeOf(anvil.rpcUrl, 'eip155:1')).to.equal('CHAIN_MISMATCH');
    expect(await codeOf('http://127.0.0.1:9', chain())).to.equal('RPC_UNREACHABLE');
  });
});

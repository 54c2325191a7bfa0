import { expect } from 'chai';
import { encodeFunctionData } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import * as client from '../client/index.ts';
import { type BreakerSuite, deployBreakerSuite, replayFeed } from './replay/breaker-suite.ts';

/** Of a halt that is a bit of the one slot, and of one with a slot of its own. */
const MOST_GAS = 30_000n;
const MOST_GAS_WITH_SLOT = 60_000n;
const MOST_GAS_TO_WATCH = 150_000n;
const RESUME_DELAY = 60;
const ETH = client.parameterId('ETH-A');

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
}

/** The tests go on from one another. */
describe('the breaker on a chain', function () {
  this.timeout(60_000);

  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let suite: BreakerSuite;
  const gas: Record<string, bigint> = {};

  const writerOf = (index: number): client.ChainWriter =>
    client.createWriter(
      { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 },
      client.devAccount(index),
    );
  const passTime = async (seconds: number) => {
    await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
    await reader.request({ method: 'evm_mine' } as never);
  };

  before(async () => {
    anvil = await client.startAnvil();
    reader = client.createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
    const writer = writerOf(0);
    suite = await deployBreakerSuite(
      reader,
      async (call) => {
        const hash = await writer.sendTransaction(call);
        await reader.waitForTransactionReceipt({ hash });
        return hash;
      },
      {
        governance: client.devAccount(1).address,
        guardians: [client.devAccount(2).address],
        settings: client.DEFAULT_BREAKER_SETTINGS,
        oracle: client.DEFAULT_ORACLE_SETTINGS,
        resumeDelaySeconds: RESUME_DELAY,
      },
    );
  });
  after(async () => {
    for (const [call, used] of Object.entries(gas)) console.log(`      gas of ${call}: ${used}`);
    await anvil.stop();
  });

  it('records and observes where each is due, and reads what was seen', async () => {
    const step = encodeFunctionData({
      abi: replayFeed().abi,
      functionName: 'step',
      args: [`0x${'00'.repeat(20)}`, 99_000_000n, 0n],
    });
    const hash = await writerOf(0).sendTransaction({ to: suite.feed, data: step });
    await reader.waitForTransactionReceipt({ hash });
    const watch = () => client.watch(reader, writerOf(3), suite);
    expect(await watch()).to.have.all.keys('observed');
    expect(await watch()).to.deep.equal({});
    await passTime(900);
    const { recorded, observed } = await watch();
    gas.record = recorded?.gasUsed ?? 0n;
    gas.observe = observed?.gasUsed ?? 0n;
    expect(gas.record > 0n && gas.record < MOST_GAS_TO_WATCH, `record: ${gas.record}`).to.equal(true);
    expect(gas.observe > 0n && gas.observe < MOST_GAS_TO_WATCH, `observe: ${gas.observe}`).to.equal(true);
    const metrics = await client.stabilityMetrics(reader, suite.oracle);
    expect(metrics.pegPrice).to.equal(990_000_000_000_000_000n);
    expect(metrics).to.include({ isUsable: true, pegTrend: 0, marketStress: 50, pegVolatility: 0n });
    expect(await codeOf(client.collateralMetrics(reader, suite.oracle, ETH))).to.equal('COLLATERAL_UNKNOWN');
  });

  it('halts each scope at once, for little gas', async () => {
    const targets: readonly client.GuardianScope[] = [
      { scope: 'all' },
      { scope: 'riskRaising' },
      { scope: 'class', class: 31 },
      { scope: 'minting' },
      { scope: 'burning' },
      { scope: 'parameter', parameter: client.STABILITY_FEE },
      { scope: 'minting', collateral: ETH },
      { scope: 'burning', collateral: ETH },
    ];
    for (const target of targets) {
      const { gasUsed } = await client.halt(reader, writerOf(2), suite.breaker, target);
      const hasSlot = 'parameter' in target || 'collateral' in target;
      const most = hasSlot ? MOST_GAS_WITH_SLOT : MOST_GAS;
      gas[`halt ${target.scope}${hasSlot ? ' of one' : ''}`] = gasUsed;
      expect(gasUsed <= most, `${target.scope}: ${gasUsed}, at most ${most}`).to.equal(true);
    }
    const status = await client.breakerStatus(reader, suite.breaker);
    expect(status).to.deep.include({ all: true, riskRaising: true, anyParameter: true, classes: [31] });
    expect(status).to.include({ isMintingHalted: true, isBurningHalted: true, trips: 8, severity: 0 });
    expect(status.observedAt).to.be.greaterThan(0);
    expect(await client.isParameterHalted(reader, suite.breaker, client.STABILITY_FEE)).to.equal(true);
    expect(await client.isParameterHalted(reader, suite.breaker, ETH)).to.equal(false);
  });

  it('resumes what governance asked for, after its delay and unless something halts', async () => {
    const target = { scope: 'all' } as const;
    const { breaker } = suite;
    const ask = (writer: client.ChainWriter) =>
      client.transactionsOf(reader, writer).send({
        what: 'ask for a resumption',
        call: { to: breaker, data: client.requestResumeData(target) },
      });
    const carryOut = () => client.resume(reader, writerOf(4), breaker, target);
    expect(await client.resumptionOf(reader, breaker, target)).to.equal(undefined);
    expect(await codeOf(ask(writerOf(2)))).to.equal('NOT_GOVERNANCE');
    expect(await codeOf(carryOut())).to.equal('RESUMPTION_UNKNOWN');
    await ask(writerOf(1));
    expect(await codeOf(carryOut())).to.equal('RESUMPTION_TOO_EARLY');
    await client.halt(reader, writerOf(2), breaker, { scope: 'class', class: 0 });
    await passTime(RESUME_DELAY);
    expect(await client.resumptionOf(reader, breaker, target)).to.include({ isCancelled: true });
    expect(await codeOf(carryOut())).to.equal('RESUMPTION_CANCELLED');
    await ask(writerOf(1));
    await passTime(RESUME_DELAY);
    await carryOut();
    const status = await client.breakerStatus(reader, breaker);
    expect(status).to.deep.include({ all: false, riskRaising: true, classes: [0, 31] });
    expect(await codeOf(client.halt(reader, writerOf(4), breaker, target))).to.equal('NOT_GUARDIAN');
  });

  it('maps every severity to an urgency', () => {
    expect(client.URGENCY_OF_SEVERITY).to.deep.equal([0, 1, 2, 3, 3]);
  });
});

import { expect } from 'chai';
import * as client from '../../../contracts/client/index.ts';
import type { Digest } from '../../../protocol/digest.ts';
import { quorum } from '../../../protocol/quorum.ts';
import { type FeeRule, nextFee, toMicroBp } from '../../controller/fee-controller.ts';
import { deviationOf, nextGap, type ToyMarket } from '../../controller/test/toy-market.ts';

const { WAD, RAY, MODIFIER_OFFSET, debtAt, grownIndex, normalizedOf } = client.referenceMath;
const SIZE = 4;
const NETWORK: Digest = 'ab'.repeat(32);
const GENESIS: Digest = 'cd'.repeat(32);
const ENTRY: Digest = 'ef'.repeat(32);
const DAY = 86_400;
const DEBT = 10_000n * WAD;
const COLLATERAL = 'ETH';
/** +0.1 %, as it is stored. */
const MODIFIER = MODIFIER_OFFSET + WAD / 1_000n;

/** Borrowers would take 6 % a year: at the first 5 % they mint, and the coin falls. */
const MARKET: ToyMarket = { depth: 1, response: 20, arbitrage: 0.3, neutral: 6 };

/** The reference core under the real registry and controller, moved by signed recommendations of the fee rule. */
describe('the reference core on a chain', function () {
  this.timeout(60_000);

  const governance = client.devAccount(0);
  const accounts = Array.from({ length: SIZE }, (_, i) => client.devAccount(i + 1)).toSorted((a, b) =>
    a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1,
  );
  const committee = accounts.map(({ address }) => address.toLowerCase());

  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let owner: client.ChainWriter;
  let contracts: client.Deployment;
  let reference: client.ReferenceDeployment;
  let limits: client.ParameterLimits;
  let vault: bigint;
  /** What the core must hold, by the arithmetic of TypeScript. */
  let books: { index: bigint; normalized: bigint; settledAt: bigint };

  const passTime = async (seconds: number) => {
    await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
    await reader.request({ method: 'evm_mine' } as never);
  };
  const timeOf = async (transactionHash: `0x${string}`) => {
    const { blockNumber } = await reader.getTransactionReceipt({ hash: transactionHash });
    return (await reader.getBlock({ blockNumber })).timestamp;
  };
  const settle = (fee: bigint, time: bigint) => {
    books = {
      ...books,
      index: grownIndex(books.index, fee, MODIFIER, time - books.settledAt),
      settledAt: time,
    };
  };

  before(async () => {
    anvil = await client.startAnvil({ accounts: SIZE + 1 });
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 10 };
    reader = client.createReader(endpoint);
    owner = client.createWriter(endpoint, governance);
    contracts = await client.deployContracts(reader, owner, {
      minimumBond: WAD,
      unbondingDelaySeconds: 3_600,
    });
    await client.initialiseModelRegistry(reader, owner, contracts.modelRegistry, {
      network: NETWORK,
      modelDigest: GENESIS,
      committee,
    });
    const { circuitBreaker } = await client.suiteOf(reader, contracts.parameterRegistry);
    reference = await client.deployReferenceCore(reader, owner, {
      parameterRegistry: contracts.parameterRegistry,
      circuitBreaker,
      collaterals: [{ name: COLLATERAL, decimals: 18, price: 2_000n * 10n ** 8n }],
    });
    for (const configuration of client.referenceParameters(reference.core, [COLLATERAL])) {
      await client.configureParameter(reader, owner, contracts, configuration);
    }
    const actions = client.coreActions(reader, owner, reference.core);
    await actions.sync(client.GLOBAL_PARAMETERS);
    for (const collateral of reference.collaterals) {
      await client.addCollateral(reader, owner, reference.core, collateral);
      vault = await actions.open(collateral.name);
      await client.mintDevnetToken(reader, owner, collateral.token, governance.address, 10n * WAD);
      await actions.deposit(vault, collateral.token, 10n * WAD);
    }
    const { transactionHash } = await actions.mint(vault, DEBT);
    books = { index: RAY, normalized: normalizedOf(DEBT, RAY), settledAt: await timeOf(transactionHash) };
    ({ limits } = await client.parameterState(reader, contracts, client.STABILITY_FEE));
  });

  after(() => anvil?.stop());

  /** A day passes; each member forecasts in its own way, and a quorum's recommendations are handed in. */
  const round = async (deviation: number) => {
    await passTime(DAY);
    const domain = { chainId: anvil.chainId, contract: contracts.controller };
    const state = await client.parameterState(reader, contracts, client.STABILITY_FEE);
    const rule: FeeRule = {
      gain: WAD / 5n,
      target: 0n,
      deadBand: 0n,
      maxStep: limits.stepUp,
      minimum: state.allowed.lowest,
      maximum: state.allowed.highest,
    };
    const update: client.ParameterUpdate = {
      network: NETWORK,
      sequence: state.sequence + 1,
      modelVersion: 0,
      modelDigest: GENESIS,
      transcript: ENTRY,
      expiry: Number((await reader.getBlock()).timestamp) + 3_600,
      parameters: [{ parameter: client.STABILITY_FEE, expected: state.value }],
    };
    const votes = accounts.slice(0, quorum(SIZE)).map(async (account, index) => {
      const decision = nextFee(state.value, toMicroBp(deviation + index - 1), rule);
      const own = {
        values: [decision.value],
        explanation: client.explanationDigest(decision.explanation),
      };
      const signature = await client.signRecommendation(account, domain, { ...update, ...own });
      return { index, ...own, signature };
    });
    const batch = { update, votes: await Promise.all(votes), committee };
    const applied = await client.applyRecommendations(reader, owner, contracts.controller, batch);
    settle(state.value, await timeOf(applied.transactionHash));
    const { fee } = await client.coreState(reader, reference.core);
    expect(fee, 'the core has the median').to.equal(applied.values[0]);
    return { before: state.value, fee };
  };

  it('raises its fee below the target and lowers it above', async () => {
    const below = await round(-40);
    expect(below.fee - below.before).to.equal((8n * WAD) / 10_000n);
    const above = await round(40);
    expect(above.fee - above.before).to.equal((-8n * WAD) / 10_000n);
    const collateral = await client.coreCollateral(reader, reference.core, COLLATERAL);
    expect(collateral.effectiveFee).to.equal(above.fee + MODIFIER - MODIFIER_OFFSET);
  });

  it('brings a market that fell back to the target, and charges what TypeScript computes', async () => {
    let gap = 60;
    const first = Math.abs(deviationOf(MARKET, gap));
    let fee = (await client.coreState(reader, reference.core)).fee;
    let gapAtFirstFee = gap;
    const firstFee = Number(fee) / 1e16;
    for (let day = 0; day < 14; ++day) {
      ({ fee } = await round(deviationOf(MARKET, gap)));
      gap = nextGap(MARKET, gap, Number(fee) / 1e16);
      gapAtFirstFee = nextGap(MARKET, gapAtFirstFee, firstFee);
    }
    const [ours, fixed] = [gap, gapAtFirstFee].map((each) => Math.abs(deviationOf(MARKET, each)));
    expect(ours).to.be.lessThan(first / 4);
    expect(fixed).to.be.greaterThan(first);
    const { amount, debt } = await client.coreVault(reader, reference.core, vault);
    settle(fee, (await reader.getBlock()).timestamp);
    expect(debt).to.equal(debtAt(books.normalized, books.index));
    expect(amount).to.equal(10n * WAD);
  });

  it('stops minting, and nothing else, when a guardian says so', async () => {
    const { circuitBreaker } = await client.suiteOf(reader, contracts.parameterRegistry);
    const actions = client.coreActions(reader, owner, reference.core);
    const collateral = client.collateralKey(COLLATERAL);
    await client.halt(reader, owner, circuitBreaker, { scope: 'minting', collateral });
    const refused = await actions.mint(vault, WAD).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(client.ContractRevertError).with.property('code', 'MINTING_HALTED');
    await actions.repay(vault, 100n * WAD);
  });

  it('liquidates a vault whose price fell, and none without a fresh price', async () => {
    const actions = client.coreActions(reader, owner, reference.core);
    const feed = reference.collaterals[0]?.feed ?? '';
    const stale = await actions.liquidate(vault, 1_000n * WAD, 0n).catch((error: unknown) => error);
    expect(stale).to.be.instanceOf(client.ContractRevertError).with.property('code', 'PRICE_UNUSABLE');
    await client.writePrice(reader, owner, feed, 2_000n * 10n ** 8n);
    const safe = await actions.liquidate(vault, 1_000n * WAD, 0n).catch((error: unknown) => error);
    expect(safe).to.be.instanceOf(client.ContractRevertError).with.property('code', 'VAULT_SAFE');
    await client.writePrice(reader, owner, feed, 1_250n * 10n ** 8n);
    const before = await client.coreVault(reader, reference.core, vault);
    await actions.liquidate(vault, 1_000n * WAD, 0n);
    const after = await client.coreVault(reader, reference.core, vault);
    const sale = client.referenceMath.liquidationSale(
      { ...before, price: 1_250n * WAD, penalty: (13n * WAD) / 100n, decimals: 18 },
      1_000n * WAD,
    );
    expect(before.amount - after.amount).to.equal(sale.seized);
  });
});

import { expect } from 'chai';
import { encodeFunctionData, type Hex, keccak256, stringToHex } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import {
  type Decisions,
  decisionLogHead,
  EMPTY_LOG,
  type LogEntry,
  readDecisions,
  rebuildDecisions,
} from '../client/decision-log.ts';
import * as client from '../client/index.ts';
import { transact } from '../client/transact.ts';
import { wordFromDigest } from '../client/words.ts';

const NETWORK = '0a'.repeat(32);
const MODEL = '0b'.repeat(32);
const NAMES = ['STABILITY_FEE', 'SAVINGS_RATE'];
const IDS = NAMES.map(client.parameterId).toSorted();
const LIMITS: client.ParameterLimits = {
  min: 0n,
  max: 1_000n,
  stepUp: 100n,
  stepDown: 100n,
  budgetUp: 1_000n,
  budgetDown: 1_000n,
  cooldownSeconds: 0,
  windowSeconds: 600,
  risk: 'both',
  haltClass: 0,
  isWired: false,
};
const WHY: Hex = keccak256(stringToHex('why'));

/** Writes of every kind on a real chain, and the log that is read back. */
describe('decision log on a chain', function () {
  this.timeout(30_000);
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let suite: client.SuiteAddresses;
  let decisions: Decisions;
  let head: { readonly count: bigint; readonly digest: Hex };

  before(async () => {
    anvil = await client.startAnvil({ accounts: 6 });
    const at = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 10 };
    reader = client.createReader(at);
    const owner = client.createWriter(at, client.devAccount(0));
    const contracts = await client.deployContracts(reader, owner, {
      minimumBond: 1n,
      unbondingDelaySeconds: 1,
    });
    suite = await client.suiteOf(reader, contracts.parameterRegistry);
    const member = client.devAccount(1);
    const committee = [member.address.toLowerCase()];
    await client.initialiseModelRegistry(reader, owner, contracts.modelRegistry, {
      network: NETWORK,
      modelDigest: MODEL,
      committee,
    });
    for (const parameter of IDS) {
      await client.configureParameter(reader, owner, contracts, {
        parameter,
        unit: 'x',
        value: 500n,
        limits: LIMITS,
      });
    }
    const send = (to: string, data: Hex) =>
      transact(reader, owner, 'test', { to: to as `0x${string}`, data });
    const batch = async (value: bigint) => {
      const states = await Promise.all(IDS.map((id) => client.parameterState(reader, contracts, id)));
      const update: client.ParameterUpdate = {
        network: NETWORK,
        sequence: (states[0]?.sequence ?? 0) + 1,
        modelVersion: 0,
        modelDigest: MODEL,
        transcript: MODEL,
        expiry: Number((await reader.getBlock()).timestamp) + 60,
        parameters: states.map((state) => ({ parameter: state.parameter, expected: state.value })),
      };
      const own = { values: IDS.map(() => value), explanation: client.explanationDigest('because') };
      const domain = { chainId: anvil.chainId, contract: contracts.controller };
      const signature = await client.signRecommendation(member, domain, { ...update, ...own });
      const votes = [{ index: 0, ...own, signature }];
      await client.applyRecommendations(reader, owner, contracts.controller, { update, votes, committee });
    };
    await batch(510n);
    await batch(505n);
    const [id] = IDS.map(wordFromDigest);
    if (id === undefined) throw new Error('two parameters');
    const registry = client.parameterRegistryAbi;
    await send(
      contracts.parameterRegistry,
      encodeFunctionData({ abi: registry, functionName: 'setValue', args: [id, 700n, WHY] }),
    );
    const until = Number((await reader.getBlock()).timestamp) + 1_000;
    await send(
      suite.overrideModule,
      encodeFunctionData({
        abi: client.overrideModuleAbi,
        functionName: 'overrideParameter',
        args: [id, 650n, until, WHY],
      }),
    );
    const abi = client.decisionLogAbi;
    for (const data of [
      encodeFunctionData({ abi, functionName: 'recordWish', args: [id, 650n, 2_000n, WHY] }),
      encodeFunctionData({ abi, functionName: 'resolveWish', args: [7n, 2] }),
      encodeFunctionData({ abi, functionName: 'review', args: [1n, 9n, 1, WHY] }),
    ])
      await send(suite.decisionLog, data);
    decisions = await readDecisions(reader, suite.decisionLog);
    head = await decisionLogHead(reader, suite.decisionLog);
  });

  after(() => anvil?.stop());

  const codeOf = (entries: readonly LogEntry[]): string => {
    try {
      rebuildDecisions(entries, head);
      return 'none';
    } catch (error) {
      return error instanceof BallastError ? error.code : String(error);
    }
  };

  it('has exactly one record for every write', async () => {
    const writes = await reader.getContractEvents({
      abi: client.parameterRegistryAbi,
      address: await registryAddress(),
      fromBlock: 0n,
    });
    const names = ['ParameterWritten', 'OverrideSet'];
    const written = writes.filter(({ eventName }) => names.includes(eventName)).length;
    const records = decisions.entries.filter((entry) => entry.type === 'record');
    expect(records.filter(({ kind }) => kind === 'governance')).to.have.length(written);
    // A model's write has no other event: two batches.
    expect(records.filter(({ kind }) => kind === 'model')).to.have.length(2 * IDS.length);
    expect(head.count).to.equal(BigInt(records.length));
    expect(records.map(({ decision }) => decision)).to.deep.equal([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    expect(records[2]).to.deep.include({ before: 510n, value: 505n, kind: 'model' });
    expect(records[2]?.provenance).to.deep.include({ sequence: 2n, transcript: MODEL });
    expect(records[0]?.explanation).to.equal(client.explanationDigest('because'));
  });

  it('says where each record lies, and when', async () => {
    const { places } = await readDecisions(reader, suite.decisionLog);
    expect([...places.keys()]).to.deep.equal([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    for (const { height, timestamp, transactionHash } of places.values()) {
      expect((await reader.getTransactionReceipt({ hash: transactionHash })).blockNumber).to.equal(height);
      expect(BigInt(timestamp ?? 0)).to.equal((await reader.getBlock({ blockNumber: height })).timestamp);
    }
  });

  const registryAddress = () =>
    reader.readContract({ abi: client.decisionLogAbi, address: suite.decisionLog, functionName: 'REGISTRY' });

  it('says what became of each decision', () => {
    const overridden = decisions.entries.filter(
      (entry) => entry.type === 'record' && entry.parameter === IDS[0],
    );
    expect(overridden.map(({ decision }) => decisions.statuses.get(decision))).to.deep.equal([
      'implemented',
      'overridden',
      'overridden',
      'implemented',
      'rejected',
    ]);
  });

  it('finds an event that is dropped, altered, moved or made up', () => {
    const { entries } = decisions;
    expect(codeOf(entries)).to.equal('none');
    for (const [i, entry] of entries.entries()) {
      expect(codeOf(entries.toSpliced(i, 1)), `without ${i}`).to.equal('DECISION_LOG_BROKEN');
      expect(codeOf(entries.toSpliced(i, 0, entry)), `${i} twice`).to.equal('DECISION_LOG_BROKEN');
      const swapped = entries.toSpliced(i, 2, ...entries.slice(i, i + 2).toReversed());
      if (i + 1 < entries.length) expect(codeOf(swapped), `${i} moved`).to.equal('DECISION_LOG_BROKEN');
      for (const altered of alterations(entry))
        expect(codeOf(entries.toSpliced(i, 1, altered)), `${i} altered`).to.equal('DECISION_LOG_BROKEN');
    }
    expect(rebuildDecisions([], EMPTY_LOG).statuses.size).to.equal(0);
  });

  /** The entry with each of its fields changed. */
  function alterations(entry: LogEntry): LogEntry[] {
    if (entry.type === 'status') return [{ ...entry, to: 'failed' }];
    if (entry.type === 'review')
      return [
        { ...entry, proposal: 8n },
        { ...entry, verdict: 'upheld' },
        { ...entry, justification: MODEL },
      ];
    const { provenance } = entry;
    return [
      { ...entry, parameter: MODEL },
      { ...entry, kind: entry.kind === 'model' ? 'governance' : 'model' },
      { ...entry, before: entry.before + 1n },
      { ...entry, value: entry.value + 1n },
      { ...entry, explanation: MODEL },
      { ...entry, provenance: { ...provenance, sequence: provenance.sequence + 1n } },
      { ...entry, provenance: { ...provenance, modelVersion: provenance.modelVersion + 1n } },
      { ...entry, provenance: { ...provenance, modelDigest: NETWORK } },
      { ...entry, provenance: { ...provenance, transcript: NETWORK } },
    ];
  }
});

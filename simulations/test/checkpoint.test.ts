import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import { RoundLog, type Trust, verifyLog } from '../../coordinator/index.ts';
import { writeCertifiedLog } from '../experiments/certified-log.ts';
import { MemoryStore } from '../world/memory-store.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import { PARAMETERS, storeOf } from './stored-log.ts';

const ROUNDS = 103;
const CHECKPOINT = 'checkpoint/0000000000000100';
/** No time passes. */
const at = {
  after: (_ms: number, run: () => void) => {
    run();
    return () => undefined;
  },
};

describe('a checkpoint', function () {
  this.timeout(120_000);
  const aggregator = createAggregator('median', { f: 1 });
  let log: Awaited<ReturnType<typeof writeCertifiedLog>>;
  let stored: ReadonlyMap<string, Uint8Array>;

  before(async () => {
    await warmOperators();
    const memory = new MemoryStore(at, 0);
    const terms = { seed: 'checkpoint', rounds: ROUNDS, nodes: 4, size: 3, parameters: PARAMETERS };
    log = await writeCertifiedLog(memory, aggregator, terms);
    stored = memory.copy();
  });

  const verify = (trust: Trust, disk = stored) =>
    verifyLog(
      { ...log.options, trust },
      {
        store: storeOf(disk),
        aggregator,
        commitScheme: operatorFor(0).scheme,
        committeeOf: async () => log.committee,
      },
    );
  const withFlipped = (key: string, i: number) => {
    const value = stored.get(key) ?? new Uint8Array();
    const byte = i % value.length;
    return new Map([...stored, [key, value.with(byte, (value[byte] ?? 0) ^ 1)]]);
  };

  it('spares the votes of the rounds before it, and nothing after it', async () => {
    const { mismatches, coverage } = await verify('checkpoint');
    expect(mismatches).to.deep.equal([]);
    expect(coverage).to.deep.equal({ rounds: 103, votes: 4, transcripts: 4, bodies: 4, trusted: 100 });
    expect((await verify('genesis')).coverage).to.include({ votes: 103, bodies: 103, trusted: 0 });
  });

  it('still names the round of a changed byte before it, and its own', async () => {
    const log7 = 'log/0000000000000007';
    for (const i of [0, 40, 333, (stored.get(log7)?.length ?? 1) - 1])
      expect((await verify('checkpoint', withFlipped(log7, i))).mismatches[0]?.round).to.equal(7);
    const found = await verify('checkpoint', withFlipped('record/0000000000000055', 9));
    expect(found.mismatches[0]).to.include({ round: 55, field: 'record' });
    const length = stored.get(CHECKPOINT)?.length ?? 0;
    for (let i = 0; i < length; i += 151) {
      const { mismatches } = await verify(i % 2 === 0 ? 'checkpoint' : 'genesis', withFlipped(CHECKPOINT, i));
      expect(mismatches[0], `byte ${i}`).to.include({ round: 100, field: 'checkpoint' });
    }
  });

  it('is where a node reads its log from, and one that is not its own is refused', async () => {
    const opened = await RoundLog.open(storeOf(stored), log.options.genesis);
    expect([opened.head.round, await opened.roundOf(77)]).to.deep.equal([ROUNDS, 77]);
    const error = await RoundLog.open(storeOf(withFlipped(CHECKPOINT, 200)), log.options.genesis).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(Error).with.property('code', 'CHECKPOINT_INVALID');
  });

  it('and records are not needed to open an older log, which gets its records', async () => {
    const old = new MemoryStore(at, 0);
    old.restore(new Map([...stored].filter(([key]) => !/^(record|checkpoint|version)\//.test(key))));
    const opened = await RoundLog.open(old, log.options.genesis);
    expect([opened.head.round, await opened.roundOf(50)]).to.deep.equal([ROUNDS, 50]);
    expect((await verify('checkpoint', new Map(old.copy()))).mismatches).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { type Trust, type Verification, verifyLog } from '../../coordinator/index.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { type StoredLog, storedLog, storeOf } from './stored-log.ts';

const ROUNDS = 8;
const RETAINED = 5;

/** Kinds of stored values that have a round in their key. */
const roundIn = (key: string) => Number(key.split('/')[1]);

describe('a participant’s log', function () {
  this.timeout(120_000);
  let log: StoredLog;

  before(async () => {
    log = await storedLog(ROUNDS);
  });

  const verify = (
    stored: ReadonlyMap<string, Uint8Array>,
    trust: Trust = 'genesis',
    all = false,
  ): Promise<Verification> =>
    verifyLog({ ...log.options, trust, all }, { ...log.collaborators, store: storeOf(stored) });

  const changed = (key: string, change: (value: Uint8Array) => Uint8Array | undefined) => {
    const stored = new Map(log.stored);
    const value = change(Uint8Array.from(stored.get(key) ?? []));
    if (value === undefined) stored.delete(key);
    else stored.set(key, value);
    return stored;
  };
  const flipped = (at: number, bit: number) => (value: Uint8Array) => {
    const i = at % value.length;
    return value.map((byte, j) => (i === j ? byte ^ (1 << bit) : byte));
  };
  const keysOf = (prefix: string) =>
    [...log.stored].filter(([key, { length }]) => key.startsWith(prefix) && length > 0).map(([key]) => key);
  /** The rounds that a stored value belongs to. */
  const roundsOf = (key: string): number[] => {
    const [kind, name] = key.split('/');
    if (kind === 'blob')
      // The model that the oldest retained round builds on was made before it.
      return [
        ROUNDS - RETAINED + 1,
        ...keysAll('blob-of/')
          .filter((each) => each.endsWith(`/${name}`))
          .map(roundIn),
      ];
    if (kind === 'version') return [Number(new TextDecoder().decode(log.stored.get(key)))];
    if (kind === 'witness') return [ROUNDS + 1];
    if (kind === 'committee') return [1];
    return [roundIn(key)];
  };
  const keysAll = (prefix: string) => [...log.stored.keys()].filter((key) => key.startsWith(prefix));

  it('holds as it is, with the entries of retained rounds rebuilt and their models recomputed', async () => {
    const { mismatches, head, coverage } = await verify(log.stored);
    expect(mismatches).to.deep.equal([]);
    expect(head.round).to.equal(ROUNDS);
    expect(coverage.votes).to.equal(head.round);
    expect([coverage.transcripts, coverage.bodies]).to.deep.equal([RETAINED, RETAINED]);
  });

  it('keeps transcripts and bodies for as long as is stated, and certificates for ever', async () => {
    const { head } = await verify(log.stored);
    expect(keysOf('log/')).to.have.length(head.round);
    for (const prefix of ['transcript/', 'blob-of/'])
      expect(Math.min(...keysAll(prefix).map(roundIn))).to.be.above(head.round - RETAINED);
  });

  for (const kind of [
    'log/',
    'record/',
    'transcript/',
    'blob/',
    'version/',
    'sent/',
    'lock/',
    'committee/',
    'witness/',
  ]) {
    it(`is named by its round where one bit of a stored ${kind.slice(0, -1)} is changed`, async () => {
      const keys = keysOf(kind);
      expect(keys).not.to.have.length(0);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...keys),
          fc.nat({ max: 1 << 20 }),
          fc.nat({ max: 7 }),
          async (key, at, bit) => {
            const { mismatches } = await verify(changed(key, flipped(at, bit)));
            expect(mismatches, `${key} byte ${at} bit ${bit}`).to.have.length(1);
            expect(roundsOf(key), `${key}: ${mismatches[0]?.field}`).to.include(mismatches[0]?.round);
          },
        ),
        { seed: 20_26, numRuns: 30 },
      );
    });
  }

  it('is named where a round is missing or the log is cut off', async () => {
    const third = keysOf('log/')[2] ?? '';
    const missing = await verify(changed(third, () => undefined));
    expect(missing.mismatches.map(({ round, field }) => [round, field])).to.deep.equal([[3, 'certificate']]);
    const last = keysOf('log/').at(-1) ?? '';
    const cut = await verify(changed(last, () => undefined));
    expect(cut.mismatches.map(({ round, field }) => [round, field])).to.deep.equal([
      [roundIn(last), 'certificate'],
    ]);
  });

  it('is told apart from one with another committee’s votes or too few of them', async () => {
    const { collaborators, options } = log;
    const store = storeOf(log.stored);
    const none = { ...collaborators, store, commitScheme: { verify: () => false } };
    const refused = await verifyLog({ ...options, trust: 'genesis' }, none);
    expect(refused.mismatches.map(({ round, field }) => [round, field])).to.deep.equal([[1, 'signatures']]);
    // A certificate as it would be with all that is signed in it, but one signature below the quorum.
    const key = keysOf('log/')[3] ?? '';
    const fewer = changed(key, (bytes) => {
      const { signatures, ...rest } = decodeCanonical(bytes) as {
        signatures: Encodable[];
        [key: string]: Encodable;
      };
      return encodeCanonical({ ...rest, signatures: signatures.slice(0, 4) });
    });
    const [mismatch] = (await verify(fewer)).mismatches;
    expect(mismatch).to.include({ round: 4, field: 'signatures', got: '4 signatures, fewer of members' });
    expect(mismatch?.expected).to.include('5 of members');
  });

  it('names every mismatch where all are asked for', async () => {
    const [second, fourth] = [keysOf('record/')[1] ?? '', keysOf('version/')[3] ?? ''];
    const stored = new Map(changed(second, flipped(3, 0)));
    stored.set(fourth, new TextEncoder().encode('77'));
    const { mismatches } = await verify(stored, 'genesis', true);
    expect(mismatches.map(({ field }) => field)).to.include.members(['record', 'version index']);
    expect(mismatches[0]?.round).to.equal(2);
  });
});

import { expect } from 'chai';
import { beaconDigest, entryDigest } from '../../../coordinator/index.ts';
import { digestOf } from '../../../protocol/digest.ts';
import type { RoundEntry } from '../../../protocol/round-entry.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { checkBeacons, checkPublications, type LoggedRound } from '../chain-checks.ts';

const NETWORK = digestOf('test/network', 1);
const ADDRESS = `0x${'1'.repeat(40)}`;
const word = (digest: string) => `0x${digest}` as const;
const randomness = (height: number) => digestOf('test/randomness', height);
const HEAD = { round: 3, version: 3, modelDigest: digestOf('test/model', 3) } as Parameters<
  typeof checkPublications
>[2];

/** Three accepted rounds, each with a beacon of the block ten times its number. */
const ROUNDS: readonly LoggedRound[] = [1, 2, 3].map((round) => ({
  round,
  beaconHeight: round * 10,
  entry: {
    round,
    version: round,
    outcome: 'accepted',
    modelDigest: digestOf('test/model', round),
    beacon: beaconDigest(NETWORK, round, randomness(round * 10)),
  } as unknown as RoundEntry,
}));

type Published = { version: number; round: number; modelDigest: string; entryDigest: string };

const PUBLISHED: readonly Published[] = ROUNDS.map(({ round, entry }) => ({
  version: round,
  round,
  modelDigest: entry.modelDigest,
  entryDigest: entryDigest(entry),
}));

/** A chain that has published this, and gives such blocks. */
function chainWith(
  published: readonly Published[],
  blocks: ReadonlyMap<number, string> = new Map(),
): ChainLink {
  const reader = {
    getContractEvents: async () =>
      published.map((of) => ({
        blockNumber: 1n,
        args: {
          version: BigInt(of.version),
          round: BigInt(of.round),
          epoch: 0n,
          viewNumber: 0,
          modelDigest: word(of.modelDigest),
          entryDigest: word(of.entryDigest),
        },
      })),
    getBlock: async ({ blockNumber }: { readonly blockNumber: bigint }) => {
      const height = Number(blockNumber);
      const mixHash = blocks.get(height) ?? randomness(height);
      if (mixHash === '') throw new Error('pruned');
      return { mixHash: word(mixHash) };
    },
  };
  return {
    reader,
    network: NETWORK,
    document: { contracts: { modelRegistry: ADDRESS } },
  } as unknown as ChainLink;
}

const altered = (index: number, change: Partial<Published>) =>
  PUBLISHED.map((of, i) => (i === index ? { ...of, ...change } : of));
const namesOf = (mismatches: readonly { round: number; field: string }[]) =>
  mismatches.map(({ round, field }) => [round, field]);

describe('a log that is held against the chain', () => {
  it('holds where all is as it was published, in whatever order it comes', async () => {
    expect(await checkPublications(chainWith(PUBLISHED.toReversed()), ROUNDS, HEAD)).to.deep.equal([]);
    expect(await checkBeacons(chainWith([]), ROUNDS)).to.deep.equal([]);
  });

  it('is named by round and field where the chain published something else', async () => {
    const other = digestOf('test/model', 'another');
    const cases: readonly (readonly [Partial<Published>, string])[] = [
      [{ version: 9 }, 'entry.version'],
      [{ modelDigest: other }, 'entry.modelDigest'],
      [{ entryDigest: other }, 'entry'],
    ];
    for (const [change, field] of cases) {
      const found = await checkPublications(chainWith(altered(1, change)), ROUNDS, HEAD);
      expect(namesOf(found), field).to.deep.equal([[2, field]]);
      expect(found[0]?.expected).to.match(/ on the chain$/);
    }
  });

  it('is named where it has no such round, or did not accept it', async () => {
    const ahead = [...PUBLISHED, { ...altered(0, { round: 7, version: 4 })[0] } as Published];
    expect(namesOf(await checkPublications(chainWith(ahead), ROUNDS, HEAD))).to.deep.equal([[7, 'head']]);
    const rejected = ROUNDS.map((logged) =>
      logged.round === 2 ? { ...logged, entry: { ...logged.entry, outcome: 'rejected' as const } } : logged,
    );
    expect(namesOf(await checkPublications(chainWith(PUBLISHED), rejected, HEAD))).to.deep.equal([
      [2, 'entry.outcome'],
      [2, 'entry'],
    ]);
  });

  it('is named by the round whose beacon is not its block’s', async () => {
    const found = await checkBeacons(chainWith([], new Map([[20, randomness(21)]])), ROUNDS);
    expect(namesOf(found)).to.deep.equal([[2, 'entry.beacon']]);
  });

  it('cannot be held against blocks that the endpoint does not keep, and says so', async () => {
    const failure = await checkBeacons(chainWith([], new Map([[30, '']])), ROUNDS).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: 'CHAIN_BLOCK' });
    expect((failure as { hint?: string }).hint).to.include('--no-beacons');
  });
});

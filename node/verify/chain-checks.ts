import {
  type ChainReader,
  committeeOperators,
  committeeRootOf,
  publications,
} from '../../contracts/client/index.ts';
import {
  beaconDigest,
  type Certificate,
  type Committee,
  createCommittee,
  entryDigest,
  type Head,
  type Mismatch,
} from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainLink } from '../runtime/index.ts';

/** Requests to the chain that are under way at a time. */
const CONCURRENCY = 16;

/** A round of the log as the chain can know it. */
export type LoggedRound = {
  readonly round: number;
  readonly entry: Certificate['entry'];
  /** Height of the block whose randomness made the beacon. */
  readonly beaconHeight: number;
};

/**
 * The committee of any epoch as the chain has it; undefined for one that the chain has yet to rotate to, and for one
 * that was drawn from a larger roster, of which the chain knows no more than the root.
 */
export function committeesOf(link: ChainLink): (epoch: number) => Promise<Committee | undefined> {
  const { nodeRegistry, modelRegistry } = link.document.contracts;
  return async (epoch) => {
    if (epoch > (await link.published()).epoch) return undefined;
    const root = await committeeRootOf(link.reader, modelRegistry, epoch);
    const members = await committeeOperators(link.reader, nodeRegistry, root);
    return members === undefined ? undefined : createCommittee(epoch, members);
  };
}

/**
 * Every version on the chain is the log's: same round, model and entry. Views and signatures may differ, since
 * different quorums certify one entry.
 */
export async function checkPublications(
  link: ChainLink,
  rounds: readonly LoggedRound[],
  head: Head,
): Promise<Mismatch[]> {
  const published = await publications(link.reader, link.document.contracts.modelRegistry);
  const byRound = new Map(rounds.map(({ round, entry }) => [round, entry]));
  const mismatches: Mismatch[] = [];
  for (const { round, version, modelDigest, entryDigest: anchored } of published) {
    const entry = byRound.get(round);
    if (entry === undefined) {
      const got = `a log that ends with round ${head.round}`;
      mismatches.push({ round, field: 'head', expected: `version ${version} of the chain`, got });
      continue;
    }
    const pairs = [
      ['entry.outcome', 'accepted', entry.outcome],
      ['entry.version', String(version), String(entry.version)],
      ['entry.modelDigest', modelDigest, entry.modelDigest],
      ['entry', anchored, entryDigest(entry)],
    ] as const;
    for (const [field, expected, got] of pairs) {
      if (expected !== got) mismatches.push({ round, field, expected: `${expected} on the chain`, got });
    }
  }
  return mismatches;
}

/** Every beacon is the randomness of the block that the entry before it fixed. */
export async function checkBeacons(
  link: ChainLink,
  rounds: readonly LoggedRound[],
  onRound: (round: number) => void = () => undefined,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (let from = 0; from < rounds.length; from += CONCURRENCY) {
    const some = rounds.slice(from, from + CONCURRENCY);
    const beacons = await Promise.all(some.map((logged) => beaconOf(link, logged)));
    for (const [i, { round, entry }] of some.entries()) {
      const expected = beacons[i] ?? 'none';
      if (expected !== entry.beacon) {
        mismatches.push({
          round,
          field: 'entry.beacon',
          expected: `${expected} on the chain`,
          got: entry.beacon,
        });
      }
    }
    onRound(some.at(-1)?.round ?? 0);
  }
  return mismatches;
}

async function beaconOf(link: ChainLink, { round, beaconHeight }: LoggedRound): Promise<string> {
  const block = await blockAt(link.reader, beaconHeight);
  return beaconDigest(link.network, round, block.mixHash.slice(2));
}

async function blockAt(reader: ChainReader, height: number) {
  try {
    return await reader.getBlock({ blockNumber: BigInt(height) });
  } catch (cause) {
    throw new BallastError(
      'CHAIN_BLOCK',
      `--rpc: block ${height}: got no block, expected the one that gave a beacon`,
      {
        cause,
        hint: 'an endpoint that keeps no old blocks cannot vouch for old beacons; leave them out with --no-beacons',
      },
    );
  }
}

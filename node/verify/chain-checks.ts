import {
  type ChainReader,
  committeeKeysCommitment,
  committeeKeysOf,
  committeeRoot,
  committeeRootOf,
  publications,
} from '../../contracts/client/index.ts';
import {
  beaconDigest,
  type Certificate,
  entryDigest,
  type Head,
  hasBlsKeys,
  type LoggedCommittee,
  type Mismatch,
} from '../../coordinator/index.ts';
import { fromHex } from '../../protocol/digest.ts';
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
 * Every committee of the log is the one that the chain knows by its root, and by the commitment to its BLS keys: also
 * one that was drawn, of which the chain has no more than those.
 *
 * @param committees of the log, with the first round that each decided. Those that the chain has yet to rotate to are
 *   passed over.
 */
export async function checkCommittees(
  link: ChainLink,
  committees: readonly LoggedCommittee[],
): Promise<Mismatch[]> {
  const { modelRegistry } = link.document.contracts;
  const { epoch: last } = await link.published();
  const mismatches: Mismatch[] = [];
  for (const { committee, round } of committees) {
    const { epoch, members } = committee;
    if (epoch > last) continue;
    const root = await committeeRootOf(link.reader, modelRegistry, epoch);
    const keys = await committeeKeysOf(link.reader, modelRegistry, epoch);
    const blsKeys = members.flatMap(({ blsKey }) => (blsKey === undefined ? [] : [fromHex(blsKey)]));
    const pairs = [
      ['committee.root', root, committeeRoot(members.map(({ signer }) => signer))],
      ['committee.keys', keys ?? 'none', hasBlsKeys(committee) ? committeeKeysCommitment(blsKeys) : 'none'],
    ] as const;
    for (const [field, expected, got] of pairs)
      if (expected !== got) mismatches.push({ round, field, expected: `${expected} on the chain`, got });
  }
  return mismatches;
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

import { toHex } from 'viem';
import { digestOf } from '../../../protocol/digest.ts';
import { encodeCanonical } from '../../../protocol/encoding.ts';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import { MAX_OFFENCES, type RoundEntry, roundEntry } from '../../../protocol/round-entry.ts';
import { hexFromBytes, wordFromDigest } from '../../client/words.ts';

const KINDS = [
  'equivocation-header',
  'equivocation-vote',
  'equivocation-proposal',
  'body-withheld',
  'false-ledger',
  'failed-audit',
];

const word = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32);
/** Keys at the ends of their range among others: a name is a number to base 58. */
const keyOf = (i: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => (i === 0 ? 0 : i === 1 ? 0xff : (37 * i + 11 * at) % 256));

function entryWith(offences: RoundEntry['offences'], more: Partial<RoundEntry> = {}): RoundEntry {
  return roundEntry.parse({
    round: 70_000,
    epoch: 3,
    parent: word(1),
    beacon: word(2),
    finalized: 5_000_000_000,
    nextBeaconHeight: 5_000_000_002,
    baseVersion: 8,
    baseDigest: word(3),
    baseState: word(4),
    updates: { root: word(5), sealed: 120, accepted: 90, selected: 60 },
    standing: word(6),
    offences,
    nextCommittee: null,
    outcome: 'accepted',
    reason: '',
    version: 9,
    modelDigest: word(7),
    stateDigest: word(8),
    candidateDigest: word(7),
    candidateState: word(8),
    privacy: { unit: 'record', relation: 'replace', epsilon: 1.5, delta: 0.000_01 },
    ...more,
  });
}

const offencesOf = (count: number): RoundEntry['offences'] =>
  Array.from({ length: count }, (_, i) => ({
    node: nodeIdFromPublicKey(keyOf(i)),
    kind: KINDS[i % KINDS.length] ?? '',
    evidence: toHex(keyOf(100 + i)).slice(2),
  }));

const ENTRIES: readonly RoundEntry[] = [
  entryWith([]),
  entryWith(offencesOf(KINDS.length)),
  entryWith(offencesOf(MAX_OFFENCES), {
    nextCommittee: word(9),
    restore: { nonce: 1, version: null },
    outcome: 'rejected',
    reason: 'worse at 24 h, ÄÖÜ, and so on: '.repeat(6),
    privacy: { unit: 'none', relation: 'replace', epsilon: null, delta: 0 },
  }),
];

/** Entries of rounds as their committees sign them, and the offences that they name. */
export function offenceVectors(): unknown {
  return {
    entries: ENTRIES.map((entry) => ({
      digest: wordFromDigest(digestOf('ballast/entry/3', entry)),
      bytes: hexFromBytes(encodeCanonical(entry)),
      offences: entry.offences.map(({ node, kind, evidence }, i) => ({
        node,
        nodeKey: hexFromBytes(keyOf(i)),
        kind,
        evidence: wordFromDigest(evidence),
      })),
    })),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex } from '../../../protocol/digest.ts';
import { decodeCanonical } from '../../../protocol/encoding.ts';
import { roundEntry } from '../../../protocol/round-entry.ts';
import { entryDigest } from '../../entry.ts';
import { EVIDENCE_KINDS } from '../kinds.ts';

type Vector = {
  readonly digest: string;
  readonly bytes: string;
  readonly offences: readonly { readonly node: string; readonly kind: string; readonly evidence: string }[];
};

const FILE = join(import.meta.dirname, '../../../contracts/test/vectors/offences.json');
const { entries } = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly entries: readonly Vector[] };

describe('vectors of offences that contracts read', () => {
  it('are entries with the digests that committees sign, and name every kind', () => {
    for (const { bytes, digest, offences } of entries) {
      const entry = roundEntry.parse(decodeCanonical(fromHex(bytes.slice(2))));
      expect(`0x${entryDigest(entry)}`).to.equal(digest);
      expect(
        entry.offences.map(({ evidence, ...rest }) => ({ ...rest, evidence: `0x${evidence}` })),
      ).to.deep.equal(offences.map(({ node, kind, evidence }) => ({ node, kind, evidence })));
    }
    const kinds = new Set(entries.flatMap(({ offences }) => offences.map(({ kind }) => kind)));
    expect([...kinds].sort()).to.deep.equal([...EVIDENCE_KINDS].sort());
  });
});

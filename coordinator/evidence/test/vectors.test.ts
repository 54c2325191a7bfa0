import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex } from '../../../protocol/digest.ts';
import { encodeEvidence, verifyEvidence } from '../index.ts';
import { CONTEXT, proofs } from './support.ts';

type Vector = {
  readonly name: string;
  readonly kind: string;
  readonly node: string;
  readonly round: number;
  readonly evidence: string;
  readonly bytes: string;
};

const { network, vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/vectors/evidence.json'), 'utf8'),
) as { readonly network: string; readonly vectors: readonly Vector[] };

describe('published vectors of evidence', () => {
  it('belong to one network, and have one of every kind that needs no audit', () => {
    expect(network).to.equal(CONTEXT.network);
    expect([...new Set(vectors.map(({ kind }) => kind))].sort()).to.deep.equal([
      'body-withheld',
      'equivocation-header',
      'equivocation-proposal',
      'equivocation-vote',
      'false-ledger',
    ]);
  });

  for (const { name, bytes, kind, node, round, evidence } of vectors) {
    it(`verify and are made anew to the byte: ${name}`, () => {
      const made = proofs().find((each) => each.name === name);
      expect(made && encodeEvidence(made.evidence)).to.deep.equal(fromHex(bytes));
      expect(verifyEvidence(fromHex(bytes), CONTEXT)).to.deep.equal({ kind, node, round, evidence });
    });
  }
});

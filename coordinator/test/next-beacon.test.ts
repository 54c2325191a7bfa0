import { expect } from 'chai';
import { basisOf } from '../round/basis.ts';
import type { RoundContext } from '../round/types.ts';
import { GENESIS_STANDING } from '../standing/index.ts';
import { headers, MEMBERS, roster } from './bench.ts';
import { bodyDigest, committeeOf, digest, NETWORK, PARAMETERS, received, rows, signerOf } from './support.ts';

const KNOWN = { beacon: digest('beacon'), standing: GENESIS_STANDING, offences: [] };
const committee = committeeOf(MEMBERS);
const context: RoundContext = {
  self: signerOf(0).nodeId,
  network: NETWORK,
  committee,
  roster,
  parameters: { ...PARAMETERS, beaconLag: 3, beaconInterval: 8 },
  minUpdates: 1,
};
const claim = (index: number) => ({ node: signerOf(index).nodeId, digest: bodyDigest(index) });
/** Each member saw other headers, holds other bodies, and sealed at another height; the last one lies. */
const seen = [
  [0, 1, 2],
  [0, 1, 3],
  [1, 2, 3],
  [0, 3],
];
const heights = [20, 22, 25, 1_000_000];
const seals = seen.map((list, i) =>
  received(i, 'seal-report', { headers: rows(list.map(claim), roster), finalized: heights[i] ?? 0 }),
);
const bodies = seen.map((list, i) =>
  received(i, 'body-report', { held: rows(list.map(claim), roster), refused: [] }),
);

const choices = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: 2 ** items.length }, (_, mask) => items.filter((_, i) => (mask >> i) & 1)).filter(
    ({ length }) => length >= committee.quorum,
  );

describe('a leader that picks its reports', () => {
  const bases = choices(seals).flatMap((picked) =>
    choices(bodies).map((held) => basisOf(context, 20, headers, picked, held, KNOWN)),
  );

  it('decides which updates are sealed and accepted', () => {
    expect(bases.length).to.equal(25);
    const sealed = new Set(bases.map((basis) => basis?.sealed.map(({ node }) => node).join()));
    const accepted = new Set(bases.map((basis) => basis?.accepted.map(({ node }) => node).join()));
    expect(sealed.size).to.be.above(1);
    expect(accepted.size).to.be.above(1);
  });

  it('decides nothing of the next beacon', () => {
    expect(new Set(bases.map((basis) => basis?.nextBeaconHeight))).to.deep.equal(new Set([28]));
  });
});

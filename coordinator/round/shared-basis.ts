import { digestOf, packDigests } from '../../protocol/digest.ts';
import type { Received } from '../received.ts';
import { standingDigest } from '../standing/index.ts';
import { basisOf, type KnownBefore } from './basis.ts';
import { contextCache } from './context-cache.ts';
import type { Basis, RoundContext } from './types.ts';

/** A few views of a few rounds. */
const bases = contextCache<Basis>(16);

/**
 * `basisOf`, once for the same reports: with a thousand headers and a hundred reports it is work, and a member asks
 * for it in every view that rests on them. Messages are told by their digests, which bind everything that they say.
 *
 * @returns the same object for the same messages, so that what follows from it is found again too; never changed.
 */
export function sharedBasis(
  context: RoundContext,
  beaconHeight: number,
  headers: readonly Received<'update-header'>[],
  sealReports: readonly Received<'seal-report'>[],
  bodyReports: readonly Received<'body-report'>[],
  known: KnownBefore,
): Basis | undefined {
  const cache = bases(context);
  const digestsOf = (messages: readonly Received[]) => packDigests(messages.map(({ digest }) => digest));
  const key = digestOf('ballast/basis/1', {
    beaconHeight,
    beacon: known.beacon,
    standing: standingDigest(known.standing),
    offences: known.offences.map(({ node, kind, evidence }) => [node, kind, evidence]),
    headers: digestsOf(headers),
    sealReports: digestsOf(sealReports),
    bodyReports: digestsOf(bodyReports),
  });
  const basis = cache.get(key) ?? basisOf(context, beaconHeight, headers, sealReports, bodyReports, known);
  if (basis !== undefined) cache.set(key, basis, 1);
  return basis;
}

import type { Certificate } from '../../coordinator/certificate.ts';
import { type Roll, selectedOf } from '../../coordinator/roll.ts';
import { guaranteeOf, type PrivacyGuarantee } from '../../privacy/guarantee.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { ChainVersion } from './chain.ts';
import type { Served } from './nodes.ts';

/** A version whose certificate the client has checked against the chain. */
export type VerifiedVersion = {
  readonly network: Digest;
  readonly version: number;
  /** SHA-256 of the weights: what the chain has. */
  readonly modelDigest: Digest;
  /** The round that decided it; 0 for the genesis model. */
  readonly round: number;
  /** A quorum's signatures over the round; undefined for the genesis model, which nobody voted on. */
  readonly certificate: Certificate | undefined;
  /** Nodes whose updates have weight in it. */
  readonly contributors: readonly NodeId[];
  /**
   * The largest loss among the contributors, how it was counted and who is trusted; undefined for the genesis model,
   * which saw no private data.
   */
  readonly privacy: PrivacyGuarantee | undefined;
  /** Whether the chain has a later version. */
  readonly stale: boolean;
  /** The last version on the chain when this one was checked. */
  readonly latest: number;
  /** Unix seconds of its publication; undefined for a stale version. */
  readonly publishedAt: number | undefined;
  /** Base URL of the node that served the certificate; undefined for the genesis model. */
  readonly servedBy: string | undefined;
};

/** A version with its weights. */
export type ModelVersion = VerifiedVersion & {
  /** In the order of the network's layout. */
  readonly weights: Float64Array;
};

export function describeVersion(
  { network, version, modelDigest, latest, publishedAt }: ChainVersion,
  served: Served<Certificate> | undefined,
  roll: Roll,
  parameters: NetworkParameters,
): VerifiedVersion {
  const entry = served?.value.entry;
  return {
    network,
    version,
    modelDigest,
    round: entry?.round ?? 0,
    certificate: served?.value,
    contributors: selectedOf(roll),
    privacy: entry && guaranteeOf(entry.privacy, parameters),
    stale: version < latest,
    latest,
    publishedAt,
    servedBy: served?.node,
  };
}

/** @throws BallastError `VERSION_TOO_OLD` when the last version was published more than `maxAgeSeconds` ago. */
export function requireFresh(version: ChainVersion, now: number, maxAgeSeconds: number): void {
  const { publishedAt } = version;
  if (publishedAt === undefined || now - publishedAt <= maxAgeSeconds) return;
  const age = now - publishedAt;
  throw new BallastError(
    'VERSION_TOO_OLD',
    `version ${version.version}: published ${age} s ago, expected at most ${maxAgeSeconds} s`,
    {
      metadata: { version: version.version, ageSeconds: age, maxAgeSeconds },
      hint: 'the network has published nothing since: do not act on its model',
    },
  );
}

import type { Digest } from '../protocol/digest.ts';
import { GENESIS_STANDING, standingDigest } from './standing/index.ts';

/** Digest of the standing table before the first round. */
export const EMPTY_STANDING: Digest = standingDigest(GENESIS_STANDING);

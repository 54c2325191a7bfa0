import { type Digest, digestOf } from '../protocol/digest.ts';

/** Digest of the standing table of a network in which nothing has happened: the empty one, canonically encoded. */
export const EMPTY_STANDING: Digest = digestOf('ballast/standing/1', []);

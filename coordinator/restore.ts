import { type Digest, digestOf } from '../protocol/digest.ts';
import type { RoundEntry } from '../protocol/messages.ts';
import type { Head } from './entry.ts';

/** Governance's request to go back to a certified version, as the beacon's block has it. */
export type RestoreRequest = {
  /** 1 for the network's first request, one more for each after it. */
  readonly nonce: number;
  readonly version: number;
};

/** Whether a round after `head` has this request to deal with: each is dealt with once. */
export function isDue(head: Pick<Head, 'restores'>, request: RestoreRequest | undefined): boolean {
  return request !== undefined && request.nonce > (head.restores ?? 0);
}

/** The request that an entry deals with. */
export function requestOf({ restore }: Pick<RoundEntry, 'restore'>): RestoreRequest | undefined {
  return restore?.version == null ? undefined : { nonce: restore.nonce, version: restore.version };
}

/** What the entry of a round says of requests: the one that it deals with, else the last one before it. */
export function restoreField(
  head: Pick<Head, 'restores'>,
  request: RestoreRequest | undefined,
): Pick<RoundEntry, 'restore'> {
  if (request !== undefined) return { restore: { nonce: request.nonce, version: request.version } };
  return head.restores === undefined ? {} : { restore: { nonce: head.restores, version: null } };
}

/** Names the work on a request in a round. */
export function restoreKey(head: Pick<Head, 'entry'>, { nonce, version }: RestoreRequest): Digest {
  return digestOf('ballast/restore/1', { entry: head.entry, nonce, version });
}

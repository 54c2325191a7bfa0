export { askReleases } from './ask-releases.ts';
export { AuthorLimit } from './author-limit.ts';
export { AddressError, NetworkError, type NetworkErrorCode } from './errors.ts';
export { BAN_SCORE, DISCONNECT_SCORE, MAX_MESSAGE_BYTES } from './limits.ts';
export { createNetwork } from './network.ts';
export type { NetworkCollaborators, NetworkOptions } from './network-options.ts';
export type {
  Network,
  PeerInfo,
  Refusal,
  ServeBlob,
  Verdict,
} from './types.ts';

export { type PeerAddress, parsePeerAddress } from './addresses.ts';
export { AuthorLimit } from './author-limit.ts';
export { AddressError, NetworkError, type NetworkErrorCode } from './errors.ts';
export { BAN_MS, BAN_SCORE, DISCONNECT_SCORE, MAX_MESSAGE_BYTES, SCORE_HALF_LIFE_MS } from './limits.ts';
export { createNetwork, type NetworkCollaborators, type NetworkOptions } from './network.ts';
export type {
  FetchOptions,
  Network,
  OnMessage,
  PeerInfo,
  Refusal,
  ServeBlob,
  Validate,
  Verdict,
} from './types.ts';

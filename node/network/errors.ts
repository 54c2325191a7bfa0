import { BallastError, UsageError } from '../../protocol/errors.ts';

export type NetworkErrorCode =
  | 'MESSAGE_TOO_LARGE'
  | 'TOPIC_TAKEN'
  | 'WAIT_ABORTED'
  | 'NETWORK_STATE'
  | 'PEER_UNREACHABLE'
  | 'BLOB_NOT_FOUND'
  | 'BLOB_BUSY'
  | 'BLOB_TOO_LARGE'
  | 'BLOB_DIGEST_MISMATCH'
  | 'BLOB_MALFORMED'
  | 'BLOB_TRANSFER_FAILED'
  | 'DIGEST_MALFORMED'
  | 'FETCH_ABORTED'
  | 'FETCH_TIMEOUT'
  | 'FETCH_QUEUE_FULL'
  | 'EXCHANGE_MALFORMED'
  | 'REQUEST_BUSY'
  | 'REQUEST_MALFORMED'
  | 'REQUEST_FAILED'
  | 'REQUEST_TIMEOUT'
  | 'GOSSIP_INCOMPATIBLE';

/** Something between this node and its peers failed. */
export class NetworkError extends BallastError<NetworkErrorCode> {
  override readonly name = 'NetworkError';
}

/** The operator's configuration names an address that cannot be used. */
export class AddressError extends UsageError<'ADDRESS_MALFORMED' | 'LISTEN_FAILED'> {}

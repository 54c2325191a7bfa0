const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * The largest gossip message. Gossipsub carries no more than 4 MiB in one frame and drops what is larger without
 * an error; headers and votes are far below, bodies go over {@link BLOB_PROTOCOL}.
 */
export const MAX_MESSAGE_BYTES = MIB;
/** How long a validator or a message handler may hold its place in the queue. */
export const HANDLING_TIMEOUT_MS = 5 * SECOND;

/** What waits between the wire and the validators. Past a bound the newest message is dropped. */
export const INBOUND_LIMITS = {
  /** Handled at once: validators wait for disk and workers, not for each other. */
  concurrency: 16,
  messages: 4096,
  bytes: 64 * MIB,
  /** A share that one peer cannot pass, so that a flood from one does not crowd out the others. */
  messagesPerPeer: 512,
  bytesPerPeer: 8 * MIB,
} as const;

/**
 * New messages that one peer may bring. An honest peer forwards what the whole network says: hundreds of headers
 * in a burst at the start of a round, a few a second in between.
 */
export const MESSAGE_RATE = { perSecond: 200, burst: 2000 } as const;

/**
 * What one peer may bring to gossip before anything of it is decoded, copies of known messages and control among it.
 * Beyond it lies no honest peer: see {@link FLOOD_PENALTY}.
 */
export const GOSSIP_DOOR = {
  items: { perSecond: 400, burst: 4096 },
  bytes: { perSecond: 2 * MIB, burst: 8 * MIB },
  /** Gossipsub's own bound. */
  frameBytes: 4 * MIB,
  /** The headers of 1,200 nodes take a second and a half; junk is cut by what comes of the first few messages. */
  pace: {
    member: { perSecond: 800, burst: 128 },
    stranger: { perSecond: 100, burst: 32 },
    strangers: { perSecond: 400, burst: 256 },
  },
  /** A node that gets little processor time judges more slowly than the pace. */
  backlog: { waiting: 128, restMs: 10 },
} as const;
/** Bytes that gossip gets before its pace is looked at again. */
export const GOSSIP_PIECE_BYTES = 4 * KIB;
/** How long the judging of gossip holds the event loop before votes and all else get their turn. */
export const GOSSIP_SLICE_MS = 4;

/** Reject: a peer running the rules never forwards such a message. Several in short order are no accident. */
export const REJECT_PENALTY = 5;
/** A message beyond {@link MESSAGE_RATE}: 200 beyond it within minutes are a flood. */
export const EXCESS_PENALTY = 0.1;
/** Past {@link GOSSIP_DOOR}, or frames that are none: the connection is cut at once, and kept out the third time. */
export const FLOOD_PENALTY = 25;
/** A peer that mends its ways (an upgrade, a clock set right) is in good standing again within the hour. */
export const SCORE_HALF_LIFE_MS = 10 * MINUTE;
/** The fifth rejected message within minutes: the connection is cut, the peer may come back. */
export const DISCONNECT_SCORE = -20;
/** The eleventh, over several connections: it may not come back for a while. */
export const BAN_SCORE = -50;
export const BAN_MS = 30 * MINUTE;
/** The floor: after a ban, three half-lives bring it to −12.5, above the disconnection. */
export const MIN_SCORE = -100;
/** Peers whose refusals are remembered. Names cost nothing, so that the oldest must be forgotten. */
export const MAX_SCORED_PEERS = 4096;
/** Distinct codes counted for one peer; further ones are counted together. */
export const MAX_CODES_PER_PEER = 64;

export const MAX_CONNECTIONS = 300;
/** Connections that the node keeps up by itself, out to bootstrap peers and peers that others named. */
export const TARGET_CONNECTIONS = 40;
/** Voters that a node outside the committee keeps connections to: its headers reach the others through them. */
export const MIN_VOTERS = 8;
/** New connections a second from one address. Every node of a local network has the same address. */
export const INBOUND_PER_SECOND = { loopback: 1000, otherwise: 10 } as const;
export const MAX_PENDING_INBOUND = 64;
export const DIAL_TIMEOUT_MS = 10 * SECOND;
export const DIAL_BACKOFF_MS = { first: SECOND, most: MINUTE } as const;
/** Failures after which an address that a peer named is forgotten; bootstrap addresses never are. */
export const MAX_DIAL_FAILURES = 6;
/** A connection that lasted this long wipes out earlier failures. */
export const STABLE_CONNECTION_MS = 10 * SECOND;
export const MAX_KNOWN_PEERS = 1024;
export const EXCHANGE_INTERVAL_MS = 5 * SECOND;
/** A node busy training may be late by seconds; it must not lose its connections for that. */
export const PING = { intervalMs: 15 * SECOND, timeoutMs: 20 * SECOND } as const;

/**
 * What a peer may have under way on one stream. Yamux would let this grow to 16 MiB, past the 4 MiB that a stream
 * holds unread before it is reset; 2 MiB still allow 20 MB/s over a round trip of 100 ms.
 */
export const STREAM_WINDOW = { initial: 256 * KIB, most: 2 * MIB } as const;

export const VOTES_PROTOCOL = '/ballast/votes/1';
export const VOTE_LIMITS = {
  messageBytes: MIB,
  /** What waits for one member; see `VoteQueue`. */
  messages: 256,
  bytes: 8 * MIB,
  waitMs: 3 * SECOND,
  openTimeoutMs: 5 * SECOND,
  stallMs: 5 * SECOND,
  retryMs: { first: 250, most: 2 * SECOND },
  /** A member says half a dozen things a view, and says them again every second or so. */
  messageRate: { perSecond: 100, burst: 500 },
  /** Proposals carry up to 1 MiB of headers and reports. */
  byteRate: { perSecond: 2 * MIB, burst: 8 * MIB },
  openRate: { perSecond: 1, burst: 32 },
} as const;

export const BLOB_PROTOCOL = '/ballast/blob/1';
/** The upper end of the range that is fastest on a libp2p stream, 64 to 256 KiB. */
export const CHUNK_BYTES = 256 * KIB;
export const BLOB_LIMITS = {
  /** Transfers at once from or to one peer. */
  perPeer: 4,
  /**
   * Requests answered at once in all. A whole committee may ask for a body before the seal and be kept waiting
   * for it, so that this is well above the 40 members of one.
   */
  served: 256,
  /** Streams of a connection, with those that one side has not quite closed yet. */
  streams: 32,
  /** Fetches that wait for their turn at one peer. */
  waitingPerPeer: 256,
  requestTimeoutMs: 10 * SECOND,
  transferTimeoutMs: MINUTE,
} as const;

export const PEER_EXCHANGE_PROTOCOL = '/ballast/peers/1';
export const EXCHANGE_LIMITS = { addresses: 64, addressBytes: 256, timeoutMs: 5 * SECOND } as const;

export const LOG_PROTOCOL = '/ballast/log/1';
/** Rounds: a certificate, and the roll of up to 4,096 updates. */
export const LOG_LIMITS: RecordLimits = {
  records: 64,
  recordBytes: 640 * KIB,
  /** Of a peer: ten thousand rounds are 157 requests. */
  rate: { perSecond: 16, burst: 64 },
  served: 64,
  servedPerPeer: 2,
  timeoutMs: 10 * SECOND,
};

export const WITNESS_PROTOCOL = '/ballast/witness/1';
/** Envelopes; a peer asks once when it starts, and again while too few have answered. */
export const WITNESS_LIMITS: RecordLimits = {
  records: 2,
  recordBytes: MIB,
  rate: { perSecond: 1, burst: 8 },
  served: 64,
  servedPerPeer: 1,
  timeoutMs: 5 * SECOND,
};

/** Bounds of a protocol that answers a short request with a few records. */
export type RecordLimits = {
  readonly records: number;
  readonly recordBytes: number;
  /** Requests of one peer that are answered. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** Requests of all peers that are answered at once. */
  readonly served: number;
  /** Of them, one peer's. */
  readonly servedPerPeer: number;
  /** Of a request with its answer, on either side. */
  readonly timeoutMs: number;
};

import { encodeAbiParameters, type GetContractEventsReturnType, type Hex, keccak256, sliceHex } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { decisionLogAbi as abi } from './generated/decision-log.ts';
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

/** Who decided; a wish is nobody's decision yet. */
export const DECISION_KINDS = ['model', 'governance', 'wish'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** What became of a decision, in the contract's order. */
export const DECISION_STATUSES = ['pending', 'implemented', 'rejected', 'overridden', 'failed'] as const;
export type DecisionStatus = (typeof DECISION_STATUSES)[number];

export const REVIEW_VERDICTS = ['upheld', 'criticised', 'reversed'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** Where a model's write comes from; all zero for the others. */
export type DecisionProvenance = {
  /** Number of the controller's batch. */
  readonly sequence: bigint;
  readonly modelVersion: bigint;
  readonly modelDigest: Digest;
  readonly transcript: Digest;
};

/** One event of the decision log. */
export type LogEntry =
  | {
      readonly type: 'record';
      readonly decision: bigint;
      readonly parameter: Digest;
      readonly kind: DecisionKind;
      readonly before: bigint;
      readonly value: bigint;
      readonly provenance: DecisionProvenance;
      /** keccak256 of the explanation, or of the justification. */
      readonly explanation: Digest;
    }
  | {
      readonly type: 'status';
      readonly decision: bigint;
      readonly from: DecisionStatus;
      readonly to: DecisionStatus;
    }
  | {
      readonly type: 'review';
      readonly decision: bigint;
      readonly proposal: bigint;
      readonly verdict: ReviewVerdict;
      readonly justification: Digest;
    };

/** Number of records, and the first 24 bytes of the chain over all events. */
export type LogHead = { readonly count: bigint; readonly digest: Hex };

export const EMPTY_LOG: LogHead = { count: 0n, digest: `0x${'0'.repeat(48)}` };

const WORD = 'uint256';
const PROVENANCE = {
  type: 'tuple',
  components: [
    { name: 'sequence', type: 'uint64' },
    { name: 'modelVersion', type: 'uint64' },
    { name: 'modelDigest', type: 'bytes32' },
    { name: 'transcript', type: 'bytes32' },
  ],
} as const;

/** The head after one more event, as DecisionLog.sol chains it. */
export function headAfter({ count, digest }: LogHead, entry: LogEntry): LogHead {
  const link = keccak256(`${digest}${hashEntry(entry).slice(2)}`);
  return { count: entry.type === 'record' ? count + 1n : count, digest: sliceHex(link, 0, 24) };
}

function hashEntry(entry: LogEntry): Hex {
  const { decision } = entry;
  if (entry.type === 'status') {
    const { from, to } = entry;
    const codes = [DECISION_STATUSES.indexOf(from), DECISION_STATUSES.indexOf(to)].map(BigInt);
    return hashWords([2n, decision, ...codes]);
  }
  if (entry.type === 'review') {
    const verdict = BigInt(REVIEW_VERDICTS.indexOf(entry.verdict));
    const words = [3n, decision, entry.proposal, verdict, BigInt(wordFromDigest(entry.justification))];
    return hashWords(words);
  }
  const { parameter, kind, before, value, provenance, explanation } = entry;
  const types = [WORD, WORD, 'bytes32', WORD, WORD, WORD].map((type) => ({ type }));
  const head = [1n, decision, wordFromDigest(parameter), BigInt(DECISION_KINDS.indexOf(kind)), before, value];
  const origin = {
    ...provenance,
    modelDigest: wordFromDigest(provenance.modelDigest),
    transcript: wordFromDigest(provenance.transcript),
  };
  return keccak256(
    encodeAbiParameters([...types, PROVENANCE, { type: 'bytes32' }], [
      ...head,
      origin,
      wordFromDigest(explanation),
    ] as never),
  );
}

const hashWords = (words: readonly bigint[]): Hex =>
  keccak256(
    encodeAbiParameters(
      words.map(() => ({ type: WORD })),
      [...words],
    ),
  );

export type Decisions = {
  /** In the order of the chain. */
  readonly entries: readonly LogEntry[];
  /** By number of the decision. */
  readonly statuses: ReadonlyMap<bigint, DecisionStatus>;
  readonly head: LogHead;
};

/**
 * The log that a list of events is, rebuilt from nothing and held against a head.
 *
 * @throws BallastError `DECISION_LOG_BROKEN` when a record's number is not the next, a status does not follow on the one
 *   before, or the end is not the head: an event is missing, altered, moved or made up.
 */
export function rebuildDecisions(entries: readonly LogEntry[], expected: LogHead): Decisions {
  const statuses = new Map<bigint, DecisionStatus>();
  let head = EMPTY_LOG;
  for (const entry of entries) {
    const { decision } = entry;
    if (entry.type === 'record') {
      if (decision !== head.count + 1n) throw broken(`record ${decision}`, `record ${head.count + 1n}`);
      statuses.set(decision, entry.kind === 'wish' ? 'pending' : 'implemented');
    } else if (entry.type === 'status') {
      const before = statuses.get(decision);
      if (before !== entry.from)
        throw broken(`decision ${decision} moved from ${entry.from}`, `from ${before ?? 'no record'}`);
      statuses.set(decision, entry.to);
    } else if (!statuses.has(decision)) {
      throw broken(`a review of decision ${decision}`, 'a decision that is recorded');
    }
    head = headAfter(head, entry);
  }
  if (head.count !== expected.count) throw broken(`${head.count} records`, `${expected.count}`);
  if (head.digest !== expected.digest) throw broken(`head ${head.digest}`, expected.digest);
  return { entries, statuses, head };
}

function broken(given: string, expected: string): BallastError {
  return new BallastError('DECISION_LOG_BROKEN', `decision log: got ${given}, expected ${expected}`, {
    metadata: { given, expected },
    hint: 'an event is missing, altered or made up: read the log from another endpoint, from its first block on',
  });
}

/** Number of records and the head of the chain, at a block. */
export async function decisionLogHead(
  reader: ChainReader,
  decisionLog: string,
  height?: bigint,
): Promise<LogHead> {
  const [count, digest] = await chainRequest('read the head of the decision log', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(decisionLog),
      functionName: 'head',
      ...(height === undefined ? {} : { blockNumber: height }),
    }),
  );
  return { count, digest };
}

/** Where a record lies on the chain. */
export type DecisionPlace = {
  readonly height: bigint;
  readonly transactionHash: Hex;
  /** Unix seconds of the block; undefined where the endpoint does not send it along. */
  readonly timestamp: number | undefined;
};

/**
 * All decisions, read from the log's events and held against its head at one block, with their places by number.
 *
 * @param fromBlock of the log's deployment, or earlier; 0 unless given.
 * @throws BallastError `DECISION_LOG_BROKEN` when the events are not those that the head is of; `CHAIN_REQUEST_FAILED`.
 */
export async function readDecisions(
  reader: ChainReader,
  decisionLog: string,
  { fromBlock = 0n }: { readonly fromBlock?: bigint } = {},
): Promise<Decisions & { readonly places: ReadonlyMap<bigint, DecisionPlace> }> {
  const address = lowerCaseAddress(decisionLog);
  const toBlock = await chainRequest('read the last block', () => reader.getBlockNumber());
  const [head, events] = await Promise.all([
    decisionLogHead(reader, address, toBlock),
    chainRequest('read the decisions', () =>
      reader.getContractEvents({ abi, address, fromBlock, toBlock, strict: true }),
    ),
  ]);
  const places = events.flatMap((event) =>
    event.eventName === 'DecisionRecorded' ? [[event.args.decision, placeOf(event)] as const] : [],
  );
  return { ...rebuildDecisions(events.map(entryOf), head), places: new Map(places) };
}

type LogEvent = GetContractEventsReturnType<typeof abi, undefined, true>[number];

const placeOf = ({ blockNumber, transactionHash, blockTimestamp }: LogEvent): DecisionPlace => ({
  height: blockNumber,
  transactionHash,
  timestamp: blockTimestamp === undefined ? undefined : Number(blockTimestamp),
});

function entryOf(event: LogEvent): LogEntry {
  const { decision } = event.args;
  switch (event.eventName) {
    case 'DecisionRecorded': {
      const { id, kind, before, value, provenance, explanation } = event.args;
      const { sequence, modelVersion, modelDigest, transcript } = provenance;
      return {
        type: 'record',
        decision,
        parameter: digestFromWord(id),
        kind: nameOf(DECISION_KINDS, kind),
        before,
        value,
        provenance: {
          sequence,
          modelVersion,
          modelDigest: digestFromWord(modelDigest),
          transcript: digestFromWord(transcript),
        },
        explanation: digestFromWord(explanation),
      };
    }
    case 'StatusMoved':
      return {
        type: 'status',
        decision,
        from: nameOf(DECISION_STATUSES, event.args.from),
        to: nameOf(DECISION_STATUSES, event.args.to),
      };
    case 'DecisionReviewed':
      return {
        type: 'review',
        decision,
        proposal: event.args.proposal,
        verdict: nameOf(REVIEW_VERDICTS, event.args.verdict),
        justification: digestFromWord(event.args.justification),
      };
  }
}

function nameOf<Name extends string>(names: readonly Name[], code: number): Name {
  const name = names[code];
  if (name === undefined) throw broken(`code ${code}`, `0 to ${names.length - 1}`);
  return name;
}

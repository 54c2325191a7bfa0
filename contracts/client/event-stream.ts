import type { Address, Hex } from 'viem';
import { BallastError } from '../../protocol/errors.ts';

export type BlockMark = { readonly height: number; readonly hash: Hex };

/** A log entry as the chain has it: plain JSON, to be decoded by whoever knows the contract. */
export type ChainEvent = {
  readonly block: BlockMark;
  readonly logIndex: number;
  readonly transactionHash: Hex;
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
};

/**
 * Where a reader of events stands, as plain JSON. Whoever stores it in one step with what the notices led to has done
 * each final event's work exactly once, whenever it is stopped.
 */
export type EventCursor = {
  /** The last block that is final; nothing at or below it is read again. */
  readonly final: BlockMark;
  /** The blocks above it that were read, ascending, with their events: a replaced block can no longer be asked. */
  readonly pending: readonly (BlockMark & { readonly events: readonly ChainEvent[] })[];
};

/** What the reader does not do itself: five questions to one chain. */
export type EventSource = {
  readonly latestHeight: () => Promise<number>;
  /** The height that the chain itself calls final. */
  readonly finalizedHeight: () => Promise<number>;
  /** @returns undefined above the latest block. */
  readonly blockAt: (height: number) => Promise<(BlockMark & { readonly parent: Hex }) | undefined>;
  readonly eventsOf: (block: BlockMark) => Promise<readonly ChainEvent[]>;
  /** In the order of the chain; both ends with it. */
  readonly eventsBetween: (from: number, to: number) => Promise<readonly ChainEvent[]>;
};

/** `added` events may be `removed` again; a `final` one was added before, and stays. */
export type EventNotice = {
  readonly type: 'added' | 'removed' | 'final';
  readonly event: ChainEvent;
};

export type EventStreamOptions = {
  /** Blocks above an event until it is final, where the chain calls it final too; 32 unless given. */
  readonly confirmations?: number;
  /** Blocks that one call goes on at most; 2,000 unless given. */
  readonly maxBlocks?: number;
};

const DEFAULTS = { confirmations: 32, maxBlocks: 2_000 };
/** Events in blocks that are not final, at most: they stand in the cursor. */
export const MAX_PENDING_EVENTS = 20_000;

/** Where to begin: the block before the first one that matters, such as that of a deployment. */
export function eventCursor(before: BlockMark): EventCursor {
  return { final: before, pending: [] };
}

/**
 * Reads on from a cursor. Events of replaced blocks are removed, the last first, before those of the new blocks are
 * added; an endpoint that has fallen behind on the same chain changes nothing. A reorganisation of up to
 * `confirmations` blocks neither loses an event nor makes one final twice. The cursor is not changed: a call that
 * throws, or whose result is lost, is repeated with the same one.
 *
 * @throws BallastError `FINAL_BLOCK_REPLACED` where the chain took back what was final: no cursor survives that;
 *   `EVENTS_PENDING` above {@link MAX_PENDING_EVENTS}; whatever the source throws.
 */
export async function readEvents(
  source: EventSource,
  cursor: EventCursor,
  options: EventStreamOptions = {},
): Promise<{ readonly notices: readonly EventNotice[]; readonly cursor: EventCursor }> {
  const { confirmations, maxBlocks } = { ...DEFAULTS, ...options };
  const latest = await source.latestHeight();
  const settled = Math.min(latest - confirmations, await source.finalizedHeight());
  const kept = await keptBlocks(source, cursor, latest);
  const notices: EventNotice[] = cursor.pending
    .slice(kept)
    .flatMap(({ events }) => events)
    .toReversed()
    .map((event) => ({ type: 'removed', event }));
  const pending = cursor.pending.slice(0, kept);
  let { final } = cursor;

  // What is long final is read in one piece: nothing can replace it meanwhile.
  const end = Math.min(settled, final.height + maxBlocks);
  if (pending.length === 0 && end > final.height) {
    const events = await source.eventsBetween(final.height + 1, end);
    final = await blockOr(source, end);
    for (const event of events) notices.push({ type: 'added', event }, { type: 'final', event });
  }

  let last: BlockMark = pending.at(-1) ?? final;
  const stop = Math.min(latest, last.height + maxBlocks);
  while (last.height < stop) {
    const block = await source.blockAt(last.height + 1);
    // The chain has changed while it was read: the next call finds out from where.
    if (block === undefined || block.parent !== last.hash) break;
    const mark: BlockMark = { height: block.height, hash: block.hash };
    const events = await source.eventsOf(mark);
    requireRoom(pending, events);
    pending.push({ ...mark, events });
    for (const event of events) notices.push({ type: 'added', event });
    last = mark;
  }

  const ripe = pending.filter(({ height }) => height <= settled);
  for (const { events } of ripe) for (const event of events) notices.push({ type: 'final', event });
  const top = ripe.at(-1);
  if (top !== undefined) final = { height: top.height, hash: top.hash };
  return { notices, cursor: { final, pending: pending.slice(ripe.length) } };
}

/** How many of the pending blocks the chain still has. Blocks above an endpoint's latest are neither kept nor lost. */
async function keptBlocks(
  source: EventSource,
  { final, pending }: EventCursor,
  latest: number,
): Promise<number> {
  const seen: readonly BlockMark[] = [final, ...pending];
  let i = seen.length - 1;
  while (i > 0 && (seen[i]?.height ?? 0) > latest) i--;
  for (const top = i; i >= 0; i--) {
    const mark = seen[i];
    if (mark === undefined || mark.height > latest) return pending.length;
    const block = await source.blockAt(mark.height);
    if (block?.hash === mark.hash) return i === top ? pending.length : i;
  }
  throw new BallastError(
    'FINAL_BLOCK_REPLACED',
    `chain: block ${final.height} is not ${final.hash} any more, expected what was final to stay`,
    { metadata: { ...final }, hint: 'ask for more confirmations, and read again from before that block' },
  );
}

async function blockOr(source: EventSource, height: number): Promise<BlockMark> {
  const block = await source.blockAt(height);
  if (block !== undefined) return { height, hash: block.hash };
  throw new BallastError('CHAIN_REQUEST_FAILED', `chain: got no block ${height}, which it calls final`);
}

function requireRoom(pending: EventCursor['pending'], events: readonly ChainEvent[]): void {
  const count = pending.reduce((sum, block) => sum + block.events.length, events.length);
  if (count <= MAX_PENDING_EVENTS) return;
  throw new BallastError(
    'EVENTS_PENDING',
    `events: got ${count} in blocks that are not final, expected at most ${MAX_PENDING_EVENTS}`,
    { metadata: { count }, hint: 'ask for fewer contracts, or for fewer confirmations' },
  );
}

import { fromHex } from '../../protocol/digest.ts';
import { sameBytes } from '../../protocol/encoding.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { packRows, type RosterRow, rowOf } from '../../protocol/roster-rows.ts';
import { beaconDigest, membersInOrder } from '../beacon.ts';
import { isMember } from '../committee.ts';
import type { Received } from '../received.ts';
import { relaysOf, sourcesOf } from '../relays.ts';
import { isDue, type RestoreRequest } from '../restore.ts';
import { admittanceOf, type StandingTable } from '../standing/index.ts';
import { duplicateNodes } from '../update-screen.ts';
import { askedNow } from './asked.ts';
import { replaceBeacon } from './beacon-change.ts';
import { isContributor, servingDelay } from './contribute.ts';
import { type Turn, withEntry, withItem } from './turn.ts';
import type { BodyStatus, RoundContext, RoundState } from './types.ts';

/** The beacon is known: leaders have an order, and training begins, unless governance has a version restored. */
export function onBeacon(turn: Turn, randomness: string, request?: RestoreRequest): void {
  const { context, state } = turn;
  const beacon = beaconDigest(context.network, state.round, randomness);
  const restore = isDue(state.head, request) ? request : undefined;
  if (state.beacon !== undefined) {
    replaceBeacon(turn, beacon, restore);
    return;
  }
  turn.change({
    beacon,
    restore,
    order: membersInOrder(beacon, context.committee),
    phase: 'collecting',
  });
  train(turn);
  const timer = isContributor(context)
    ? ({ timer: 'serve', ms: servingDelay(context) } as const)
    : ({ timer: 'collect', ms: context.parameters.timeouts.collectMs } as const);
  turn.emit({ type: 'start-timer', round: state.round, view: 0, ...timer });
}

/**
 * Trains where this node is asked to; whether it is may have to wait for everybody's standing. In a round that restores
 * a version nobody trains.
 */
export function train(turn: Turn): void {
  const { context, state } = turn;
  // A node that has left the registry follows, and nobody takes its updates.
  if (!context.roster.places.has(context.self)) return;
  const asked = askedNow(context, state);
  if (state.restore === undefined && (asked === 'all' || asked?.has(context.self)))
    turn.emit({ type: 'train', round: state.round, base: state.head });
}

/** A header counts when it builds on the last certified version; a second one of its sender does not. */
export function onHeader(turn: Turn, message: Received<'update-header'>): void {
  const { head, headers } = turn.state;
  if (message.payload.baseVersion !== head.version || message.payload.baseDigest !== head.modelDigest) {
    turn.emit({
      type: 'refused',
      message,
      code: 'UPDATE_STALE_BASE',
      reason: `update on version ${message.payload.baseVersion}, expected version ${head.version}`,
    });
    return;
  }
  const asked = askedNow(turn.context, turn.state);
  if (asked instanceof Set && !asked.has(message.sender)) {
    const reason = 'the beacon did not ask its sender to train in this round';
    turn.emit({ type: 'refused', message, code: 'UPDATE_NOT_SELECTED', reason });
    return;
  }
  if (!headers.has(message.sender)) turn.change({ headers: withEntry(headers, message.sender, message) });
}

/**
 * Once every header is here or the time is over, says which headers were seen. Where contributors take part it is
 * always the time: they know by it when members seal.
 *
 * A member that is taken to a later view says so at once: an honest one left view 0, so a quorum had sealed, and
 * since then bodies are served. A header that comes now may have been fitted to them.
 */
export function reportSeal(turn: Turn, timeIsOver: boolean): void {
  const { context, state } = turn;
  if (state.beacon === undefined || state.sealReported) return;
  const { committee, roster } = context;
  const asked = askedNow(context, state);
  const awaited = asked === 'all' ? roster.nodes.length : (asked?.size ?? Number.POSITIVE_INFINITY);
  const isWhole =
    state.restore !== undefined ||
    (roster.nodes.length === committee.members.length && state.headers.size >= awaited);
  if (isContributor(context) || (!timeIsOver && !isWhole && state.view === 0)) return;
  const headers = packRows([...state.headers.values()].flatMap((header) => rowsOf(context, header)));
  turn.emit({
    type: 'broadcast',
    message: 'seal-report',
    round: state.round,
    view: 0,
    payload: { headers, finalized: state.finalized },
  });
  markSealed(turn);
}

/** This node has said which headers it saw, now or before a restart. */
export function markSealed(turn: Turn): void {
  turn.change({ sealReported: true, phase: 'sealed' });
}

/** Whether a quorum has said which headers it saw: from here on bodies are served, and leaders have what to propose. */
export function isSealed({ context, state }: Turn): boolean {
  return state.sealReports.size >= context.committee.quorum;
}

/** Once the round is sealed bodies are served, the time for them runs, and every reported one is fetched. */
export function fetchBodies(turn: Turn): void {
  const { context, state } = turn;
  const { round } = state;
  if (!isSealed(turn)) return;
  if (!state.serving) {
    const ms = context.parameters.timeouts.fetchMs;
    turn.change({ serving: true });
    turn.emit({ type: 'serve-bodies', round }, { type: 'start-timer', timer: 'fetch', round, view: 0, ms });
  }
  const reported = reportedHeaders(turn);
  if (reported === turn.state.sought) return;
  turn.change({ sought: reported });
  for (const header of reported) fetchBody(turn, header, () => sendersOf(turn, header), 'sender');
}

/** A member is asked itself; for a contributor's body the others ask its relays. */
function sendersOf({ context, state }: Turn, { sender, digest }: Received<'update-header'>): NodeId[] {
  if (isMember(context.committee, sender) || state.beacon === undefined) return [sender];
  return sourcesOf(sender, relaysOf(state.beacon, digest, state.order), context.self, state.order);
}

function rowsOf({ roster }: RoundContext, { sender, payload }: Received<'update-header'>): RosterRow[] {
  const index = roster.places.get(sender);
  return index === undefined ? [] : [{ index, digest: payload.digest }];
}

/** Asks `from` in turn for a body, once for each `occasion`. */
export function fetchBody(
  turn: Turn,
  header: Received<'update-header'>,
  from: () => readonly NodeId[],
  occasion: string,
): void {
  const { held, asked, round } = turn.state;
  const request = `${occasion}/${header.digest}`;
  if (held.has(header.digest) || asked.has(request)) return;
  turn.change({ asked: withItem(asked, request) });
  turn.emit({ type: 'fetch-body', round, header, from: from() });
}

export function onBody(turn: Turn, { digest }: Received<'update-header'>, status: BodyStatus): void {
  const { held, contents, refused } = turn.state;
  if (status !== 'held' && 'code' in status) {
    turn.change({ refused: withEntry(refused, digest, status.code) });
    return;
  }
  turn.change({ held: withItem(held, digest) });
  if (status !== 'held') turn.change({ contents: withEntry(contents, digest, status.content) });
}

/** Once every reported body is settled or the time is over, says which are held and what was wrong with others. */
export function reportBodies(turn: Turn): void {
  const { context, state } = turn;
  if (state.bodiesReported || !state.sealReported || !isSealed(turn)) return;
  const headers = reportedHeaders(turn);
  if (!state.fetchTimedOut && state.held.size + state.refused.size < headers.length) return;
  const missing = headers.filter(({ digest }) => !state.held.has(digest));
  if (!state.fetchTimedOut && !missing.every(({ digest }) => state.refused.has(digest))) return;
  turn.change({ bodiesReported: true });
  const copies = copiesAmong(state, headers);
  const codeOf = ({ sender, digest }: Received<'update-header'>) =>
    copies.has(sender) ? 'UPDATE_DUPLICATE' : state.refused.get(digest);
  const isHeld = ({ sender, digest }: Received<'update-header'>) =>
    state.held.has(digest) && !copies.has(sender);
  turn.emit({
    type: 'broadcast',
    message: 'body-report',
    round: state.round,
    view: 0,
    payload: {
      held: packRows(headers.filter(isHeld).flatMap((header) => rowsOf(context, header))),
      refused: headers.flatMap((header) => {
        const code = isHeld(header) ? undefined : codeOf(header);
        return code === undefined ? [] : [{ node: header.sender, digest: header.payload.digest, code }];
      }),
    },
  });
}

/** Nodes whose update has the very numbers of another's, and who do not come first in the beacon's order. */
function copiesAmong(
  { contents, beacon }: RoundState,
  headers: readonly Received<'update-header'>[],
): ReadonlySet<NodeId> {
  if (contents.size === 0 || beacon === undefined) return new Set();
  const named = headers.map(({ sender, digest }) => ({ node: sender, content: contents.get(digest) }));
  return duplicateNodes(named, beacon);
}

const NONE = new Uint8Array();

type Reported = {
  readonly by: StandingTable | undefined;
  readonly from: RoundState['sealReports'];
  /** Those that have been looked at. */
  readonly reports: readonly Received<'seal-report'>[];
  readonly headers: readonly Received<'update-header'>[];
  /** Headers that none of these reports names. */
  readonly missing: readonly Received<'update-header'>[];
};
const reported = new WeakMap<RoundState['headers'], Reported>();

/**
 * Known headers that any member reported, of nodes that are not in quarantine. Looked up at every step, so kept until
 * one of them changes; a further report is looked through for what the others do not name, which is mostly nothing.
 */
function reportedHeaders({ context, state }: Turn): readonly Received<'update-header'>[] {
  const known = reported.get(state.headers);
  if (known?.from === state.sealReports && known.by === state.standing) return known.headers;
  const reports = [...state.sealReports.values()];
  const before =
    known !== undefined &&
    known.by === state.standing &&
    known.reports.every((report, i) => report === reports[i])
      ? known
      : noneReported(state);
  const lists = reports.slice(before.reports.length).map(({ payload }) => payload.headers);
  const isNamed = ({ sender, payload }: Received<'update-header'>): boolean => {
    const index = context.roster.places.get(sender) ?? -1;
    const digest = fromHex(payload.digest);
    return lists.some((rows) => sameBytes(rowOf(rows, index) ?? NONE, digest));
  };
  const named = new Set(before.missing.filter(isNamed));
  const isNew = named.size > 0;
  const now = {
    ...before,
    from: state.sealReports,
    reports,
    headers: isNew ? [...before.headers, ...named] : before.headers,
    missing: isNew ? before.missing.filter((header) => !named.has(header)) : before.missing,
  };
  reported.set(state.headers, now);
  return now.headers;
}

function noneReported({ headers, sealReports, standing }: RoundState): Reported {
  const isHeard = (node: NodeId) => standing === undefined || admittanceOf(standing, node) !== 'quarantined';
  const missing = [...headers.values()].filter(({ sender }) => isHeard(sender));
  return { by: standing, from: sealReports, reports: [], headers: [], missing };
}

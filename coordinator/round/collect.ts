import type { NodeId } from '../../protocol/ids.ts';
import { beaconDigest, beaconOrder } from '../beacon.ts';
import { nodesOf } from '../committee.ts';
import type { Received } from '../received.ts';
import { admittanceOf, type StandingTable } from '../standing/index.ts';
import { replaceBeacon } from './beacon-change.ts';
import { type Turn, withEntry, withItem } from './turn.ts';
import type { BodyStatus } from './types.ts';
import { startViewTimer } from './views.ts';

/** The beacon is known: leaders have an order, and training begins. */
export function onBeacon(turn: Turn, randomness: string): void {
  const { context, state } = turn;
  const beacon = beaconDigest(context.network, state.round, randomness);
  if (state.beacon !== undefined) {
    replaceBeacon(turn, beacon);
    return;
  }
  turn.change({ beacon, order: beaconOrder(beacon, nodesOf(context.committee)), phase: 'collecting' });
  turn.emit(
    { type: 'train', round: state.round, base: state.head },
    {
      type: 'start-timer',
      timer: 'collect',
      round: state.round,
      view: 0,
      ms: context.parameters.timeouts.collectMs,
    },
  );
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
  if (!headers.has(message.sender)) turn.change({ headers: withEntry(headers, message.sender, message) });
}

/** Once every header is here or the time is over, says which headers were seen. */
export function reportSeal(turn: Turn, timeIsOver: boolean): void {
  const { context, state } = turn;
  if (state.beacon === undefined || state.sealReported) return;
  if (!timeIsOver && state.headers.size < context.committee.members.length) return;
  const headers = [...state.headers.values()].map(({ sender, payload }) => ({
    node: sender,
    digest: payload.digest,
  }));
  turn.emit({
    type: 'broadcast',
    message: 'seal-report',
    round: state.round,
    view: 0,
    payload: { headers, finalized: state.finalized },
  });
  beginFetching(turn);
}

/** This node has said which headers it saw: the time for bodies begins, and in view 0 that of the view. */
export function beginFetching(turn: Turn): void {
  const { context, state } = turn;
  turn.change({ sealReported: true, phase: 'sealed' });
  turn.emit({
    type: 'start-timer',
    timer: 'fetch',
    round: state.round,
    view: 0,
    ms: context.parameters.timeouts.fetchMs,
  });
  startViewTimer(turn);
}

/** After the seal bodies are served, and every reported one is fetched from its sender. */
export function fetchBodies(turn: Turn): void {
  const { context, state } = turn;
  if (state.sealReports.size < context.committee.quorum) return;
  if (!state.serving) {
    turn.change({ serving: true });
    turn.emit({ type: 'serve-bodies', round: state.round });
  }
  for (const header of reportedHeaders(turn)) fetchBody(turn, header, [header.sender], 'sender');
}

/** Asks `from` in turn for a body, once for each `occasion`. */
export function fetchBody(
  turn: Turn,
  header: Received<'update-header'>,
  from: readonly NodeId[],
  occasion: string,
): void {
  const { held, asked, round } = turn.state;
  const request = `${occasion}/${header.digest}`;
  if (held.has(header.digest) || asked.has(request)) return;
  turn.change({ asked: withItem(asked, request) });
  turn.emit({ type: 'fetch-body', round, header, from });
}

export function onBody(turn: Turn, { digest }: Received<'update-header'>, status: BodyStatus): void {
  const { held, refused } = turn.state;
  if (status === 'held') turn.change({ held: withItem(held, digest) });
  else turn.change({ refused: withEntry(refused, digest, status.code) });
}

/** Once every reported body is settled or the time is over, says which are held and what was wrong with others. */
export function reportBodies(turn: Turn): void {
  const { context, state } = turn;
  if (state.bodiesReported || !state.sealReported || state.sealReports.size < context.committee.quorum)
    return;
  const headers = reportedHeaders(turn);
  const missing = headers.filter(({ digest }) => !state.held.has(digest));
  if (!state.fetchTimedOut && !missing.every(({ digest }) => state.refused.has(digest))) return;
  turn.change({ bodiesReported: true });
  const named = ({ sender, payload }: Received<'update-header'>) => ({
    node: sender,
    digest: payload.digest,
  });
  turn.emit({
    type: 'broadcast',
    message: 'body-report',
    round: state.round,
    view: 0,
    payload: {
      held: headers.filter(({ digest }) => state.held.has(digest)).map(named),
      refused: missing.flatMap((header) => {
        const code = state.refused.get(header.digest);
        return code === undefined ? [] : [{ ...named(header), code }];
      }),
    },
  });
}

type Headers = ReadonlyMap<NodeId, Received<'update-header'>>;
const reported = new WeakMap<
  object,
  {
    readonly of: Headers;
    readonly by: StandingTable | undefined;
    readonly headers: Received<'update-header'>[];
  }
>();

/**
 * Known headers that any member reported, of nodes that are not in quarantine; looked up at every step, so kept until
 * one of them changes.
 */
function reportedHeaders({ state }: Turn): Received<'update-header'>[] {
  const { standing } = state;
  const known = reported.get(state.sealReports);
  if (known?.of === state.headers && known.by === standing) return known.headers;
  const digests = new Set(
    [...state.sealReports.values()].flatMap(({ payload }) => payload.headers.map(({ digest }) => digest)),
  );
  const isHeard = (node: NodeId) => standing === undefined || admittanceOf(standing, node) !== 'quarantined';
  const headers = [...state.headers.values()].filter(
    ({ sender, payload }) => digests.has(payload.digest) && isHeard(sender),
  );
  reported.set(state.sealReports, { of: state.headers, by: standing, headers });
  return headers;
}

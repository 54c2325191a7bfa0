import type { Lock } from '../../protocol/messages.ts';
import type { Certificate } from '../certificate.ts';
import { isInFormOf } from '../certificate.ts';
import { type Epoch, epochDigest } from '../committee-record.ts';
import { type Head, headAfter } from '../entry.ts';
import type { AnyReceived, Received } from '../received.ts';
import { isRollOf, type Roll, updatesOf } from '../roll.ts';
import { GENESIS_STANDING, type StandingTable, standingDigest } from '../standing/index.ts';
import { groundsOf } from './basis.ts';
import {
  fetchBodies,
  markSealed,
  onBeacon,
  onBody,
  onHeader,
  reportBodies,
  reportSeal,
  train,
} from './collect.ts';
import { isContributor, onRequest, serveBody } from './contribute.ts';
import { askForStanding, foldedStanding } from './folded-standing.ts';
import { FRESH_VIEW } from './fresh-view.ts';
import { drawEpoch, onDrawn } from './hand-over.ts';
import { awaitsProofs, onOffence, openOffences } from './offences.ts';
import { onEvidence, onProposal } from './proposal.ts';
import { propose } from './propose.ts';
import { Turn, withEntry, withItem } from './turn.ts';
import type { RoundContext, RoundEffect, RoundEvent, RoundState, TimerName } from './types.ts';
import { enterView, onViewChange, startViewTimer } from './views.ts';
import { certify, commit, prepare } from './vote.ts';

/** Early messages kept at most: every kind of every member, for a few views. */
const MAX_EARLY_PER_MEMBER = 24;

/** What survives a crash of the round in progress. */
export type Resumed = {
  readonly view: number;
  readonly lock: Lock | null;
  readonly prepared: Received<'prepare'> | undefined;
  /** Rolls of the entries that it prepared. */
  readonly rolls: readonly Roll[];
};

/** The round after `head`, at its beginning or, after a crash, in the view it had reached. */
export function startRound(
  head: Head,
  finalized: number,
  resumed?: Resumed,
  standing: StandingTable | undefined = head.round === 0 ? GENESIS_STANDING : undefined,
  epoch?: Epoch,
): RoundState {
  return {
    ...FRESH_VIEW,
    head,
    round: head.round + 1,
    phase: 'announced',
    view: resumed?.view ?? 0,
    beacon: undefined,
    nextBeacon: undefined,
    restore: undefined,
    nextRestore: undefined,
    order: [],
    finalized,
    standing,
    offences: new Map(),
    headers: new Map(),
    sealReports: new Map(),
    bodyReports: new Map(),
    held: new Set(),
    contents: new Map(),
    refused: new Map(),
    asked: new Set(),
    fetchTimedOut: false,
    sealReported: false,
    serving: false,
    requesters: new Set(),
    sought: [],
    bodiesReported: false,
    aggregated: new Map(),
    verdicts: new Map(),
    bases: [],
    prepared: resumed?.prepared,
    viewChanges: new Map(),
    split: false,
    lock: resumed?.lock ?? null,
    certifiers: new Set(),
    rolls: new Map((resumed?.rolls ?? []).map((roll) => [updatesOf(roll).root, roll])),
    ending: undefined,
    epoch,
    draw: undefined,
    early: [],
  };
}

/**
 * The round as a pure function: the same state and event give the same state and effects. Effects are carried
 * out in order by the caller; what the slow ones find comes back as events.
 */
export function step(
  context: RoundContext,
  state: RoundState,
  event: RoundEvent,
): { readonly state: RoundState; readonly effects: readonly RoundEffect[] } {
  const turn = new Turn(context, state);
  handle(turn, event);
  settle(turn);
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Turn, event: RoundEvent): void {
  const { state } = turn;
  if ('round' in event && event.round !== state.round) return;
  switch (event.type) {
    case 'started':
      turn.emit({ type: 'await-beacon', round: state.round, height: state.head.nextBeaconHeight });
      askForStanding(turn);
      return;
    case 'standing':
      onStanding(turn, event.table);
      return;
    case 'offence':
      onOffence(turn, event.offence);
      replayEarly(turn);
      return;
    case 'beacon':
      onBeacon(turn, event.randomness, event.restore);
      replayEarly(turn);
      return;
    case 'finalized':
      turn.change({ finalized: Math.max(state.finalized, event.height) });
      return;
    case 'message':
      onMessage(turn, event.message);
      return;
    case 'timer':
      onTimer(turn, event.timer, event.view);
      return;
    case 'body':
      onBody(turn, event.header, event.status);
      return;
    case 'aggregated':
      turn.change({ aggregated: withEntry(state.aggregated, event.key, event.result) });
      return;
    case 'evidence':
      onEvidence(turn, event.view, event.messages);
      return;
    case 'body-requested':
      onRequest(turn, event.from);
      return;
    case 'evaluated':
      turn.change({ verdicts: withEntry(state.verdicts, event.candidateDigest, event.judged) });
      return;
    case 'commits-checked': {
      const invalid = new Set(event.invalid);
      turn.change({
        checkingCommits: false,
        validCommits: new Set([...state.validCommits, ...event.valid]),
        commits: new Map([...state.commits].filter(([, message]) => !invalid.has(message.digest))),
      });
      return;
    }
    case 'certificate-checked':
      end(turn, event.certificate);
      return;
    case 'roll':
      if (event.certificate === state.ending?.certificate && isRollOf(event.certificate.entry, event.roll))
        endWith(turn, { ...state.ending, roll: event.roll });
      return;
    case 'epoch':
      if (event.certificate === state.ending?.certificate && isNamed(event.certificate, event.epoch))
        endWith(turn, { ...state.ending, epoch: event.epoch });
      return;
    case 'epoch-drawn':
      onDrawn(turn, event.beacon, event.epoch);
      return;
    case 'caught-up':
      adopt(turn, event);
      return;
    case 'reorganised':
      turn.emit({ type: 'await-beacon', round: state.round, height: state.head.nextBeaconHeight });
      return;
  }
}

/** Every rule that may have become due; each does its part once. */
function settle(turn: Turn): void {
  drawEpoch(turn);
  if (isContributor(turn.context)) return;
  reportSeal(turn, false);
  fetchBodies(turn);
  reportBodies(turn);
  startViewTimer(turn);
  propose(turn);
  prepare(turn);
  commit(turn);
  certify(turn);
}

function onMessage(turn: Turn, message: AnyReceived): void {
  const { state } = turn;
  if (message.round < state.round) return;
  if (isContributor(turn.context) && message.type !== 'certificate') return;
  if (message.type === 'certificate') {
    const { entry } = message.payload;
    const isNew = !state.certifiers.has(message.sender);
    const isOfRound = entry.round === state.round && entry.parent === state.head.entry;
    if (isOfRound && isNew && isInFormOf(turn.context.committee, message.payload)) {
      turn.change({ certifiers: withItem(state.certifiers, message.sender) });
      turn.emit({ type: 'check-certificate', certificate: message.payload });
    }
    return;
  }
  const isLaterView = message.view > state.view && message.type !== 'view-change';
  if (message.round > state.round || isLaterView || state.beacon === undefined) keepEarly(turn, message);
  else onCurrent(turn, message);
}

function onCurrent(turn: Turn, message: AnyReceived): void {
  const { state } = turn;
  const isThisView = message.view === state.view;
  if (message.sender === turn.context.self) onOwn(turn, message);
  if (message.type === 'update-header') onHeader(turn, message);
  if (message.type === 'seal-report') turn.change({ sealReports: firstOf(state.sealReports, message) });
  if (message.type === 'body-report') turn.change({ bodyReports: firstOf(state.bodyReports, message) });
  if (message.type === 'proposal' && isThisView) {
    if (awaitsProofs(turn, message)) keepEarly(turn, message);
    else onProposal(turn, message);
  }
  if (message.type === 'prepare' && isThisView) {
    const isOwn = message.sender === turn.context.self;
    turn.change({
      prepares: firstOf(state.prepares, message),
      prepared: isOwn ? message : state.prepared,
    });
  }
  if (message.type === 'commit' && isThisView) turn.change({ commits: firstOf(state.commits, message) });
  if (message.type === 'view-change') {
    onViewChange(turn, message);
    if (turn.state.view > state.view) replayEarly(turn);
  }
}

/**
 * This node hears itself. Mostly it knows; after a restart it learns so what it said before, and how far it was.
 */
function onOwn(turn: Turn, message: AnyReceived): void {
  const isThisView = message.view === turn.state.view;
  if (message.type === 'seal-report' && !turn.state.sealReported) markSealed(turn);
  if (message.type === 'body-report') turn.change({ bodiesReported: true });
  if (message.type === 'proposal' && isThisView) turn.change({ proposed: true });
}

function onTimer(turn: Turn, timer: TimerName, view: number): void {
  if (timer === 'collect') reportSeal(turn, true);
  if (timer === 'serve') serveBody(turn);
  if (isContributor(turn.context)) return;
  if (timer === 'fetch') turn.change({ fetchTimedOut: true });
  if (timer === 'view' && view === turn.state.view) {
    enterView(turn, view + 1);
    replayEarly(turn);
  }
}

function keepEarly(turn: Turn, message: AnyReceived): void {
  const { early, round } = turn.state;
  const ofSender = early.filter(({ sender }) => sender === message.sender);
  const isKnown = ofSender.some(({ digest }) => digest === message.digest);
  if (message.round > round + 1 || isKnown || ofSender.length >= MAX_EARLY_PER_MEMBER) return;
  turn.change({ early: [...early, message] });
}

function replayEarly(turn: Turn): void {
  const { early } = turn.state;
  turn.change({ early: [] });
  for (const message of early) onMessage(turn, message);
}

/** The roll of a round in which nothing was sealed. */
const NOBODY: Roll = [];

/**
 * A certificate ends the round for whoever holds it and what its entry names: the roll of its updates, with which a
 * contributor does without, and in the last round of an epoch who takes part in the next.
 */
function end(turn: Turn, certificate: Certificate): void {
  const { context, state } = turn;
  const { entry } = certificate;
  if (entry.parent !== state.head.entry || entry.round !== state.round || state.ending !== undefined) return;
  const known = [state.rolls.get(entry.updates.root) ?? NOBODY].find((each) => isRollOf(entry, each));
  const roll = known ?? groundsOf(state, entry)?.roll;
  const drawn = state.draw?.epoch;
  const epoch = drawn !== undefined && isNamed(certificate, drawn) ? drawn : undefined;
  if (roll === undefined && !isContributor(context)) turn.emit({ type: 'fetch-roll', certificate });
  if (entry.nextCommittee !== null && epoch === undefined)
    turn.emit({ type: 'fetch-epoch', certificate, digest: entry.nextCommittee });
  endWith(turn, { certificate, roll, epoch });
}

function endWith(turn: Turn, ending: NonNullable<RoundState['ending']>): void {
  const { certificate, roll, epoch } = ending;
  turn.change({ ending });
  if (roll === undefined && !isContributor(turn.context)) return;
  if (epoch !== undefined || certificate.entry.nextCommittee === null) finish(turn, certificate, roll, epoch);
}

function isNamed({ entry }: Certificate, epoch: Epoch): boolean {
  return entry.nextCommittee === epochDigest(epoch) && epoch.committee.epoch === entry.epoch + 1;
}

/** The next round begins. */
function finish(
  turn: Turn,
  certificate: Certificate,
  roll: Roll | undefined,
  epoch: Epoch | undefined,
): void {
  const { state } = turn;
  const leader = state.order[certificate.view % Math.max(1, state.order.length)];
  const basis = groundsOf(state, certificate.entry, roll)?.basis;
  const standing = foldedStanding(turn, [{ certificate, roll }]);
  turn.emit({ type: 'decided', certificate, roll, leader, basis, standing, epoch });
  const next = headAfter(certificate.entry);
  turn.change({
    ...startRound(next, state.finalized, undefined, standing, epoch ?? state.epoch),
    early: state.early,
    offences: openOffences(state.offences, standing),
  });
  handle(turn, { type: 'started' });
}

/** The rounds of a peer's log end this one and those after it; the round that follows them begins. */
function adopt(turn: Turn, { rounds, isNewest, epoch }: Extract<RoundEvent, { type: 'caught-up' }>): void {
  const { round, head, finalized, early, epoch: current } = turn.state;
  const missed = rounds.filter(({ certificate: { entry } }) => entry.round >= round);
  const first = missed[0]?.certificate.entry;
  const last = missed.at(-1)?.certificate.entry;
  if (first === undefined || last === undefined) return;
  if (first.round !== round || first.parent !== head.entry) return;
  const standing = foldedStanding(turn, missed);
  turn.emit({ type: 'adopt', rounds: missed, isNewest, standing, epoch });
  const next = headAfter(last);
  turn.change({
    ...startRound(next, finalized, undefined, standing, epoch ?? current),
    offences: openOffences(turn.state.offences, standing),
    early: early.filter((message) => message.round > next.round),
  });
  handle(turn, { type: 'started' });
}

/** The table that was asked for: proposals that waited for it are looked at. */
function onStanding(turn: Turn, table: StandingTable): void {
  const { standing, head } = turn.state;
  if (standing !== undefined || standingDigest(table) !== head.standing) return;
  turn.change({ standing: table });
  // Where the network selects who trains, that had to wait for the table.
  if (turn.state.beacon !== undefined && turn.context.parameters.selection !== undefined) train(turn);
  replayEarly(turn);
}

function firstOf<M extends AnyReceived>(known: ReadonlyMap<string, M>, message: M): ReadonlyMap<string, M> {
  return known.has(message.sender) ? known : withEntry(known, message.sender, message);
}

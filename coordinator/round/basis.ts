import { type Digest, digestOf } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { combinedPrivacy, withOutcome } from '../entry.ts';
import type { Received } from '../received.ts';
import { restoreField } from '../restore.ts';
import { createRoll, isRollOf, type Roll, selectedOf, updatesOf } from '../roll.ts';
import { available, finalizedAtSeal, nextBeaconHeight, sealedHeaders } from '../seal.ts';
import { nextStanding, quarantineRounds, type StandingTable, standingDigest } from '../standing/index.ts';
import { askedOf, ofThoseAsked } from './asked.ts';
import { contextCache } from './context-cache.ts';
import { nextCommitteeOf } from './hand-over.ts';
import type { Aggregated, Basis, Judged, RoundContext, RoundState } from './types.ts';

/** What is known before a round's updates are. */
export type KnownBefore = Pick<Basis, 'standing' | 'offences'> & { readonly beacon: Digest };

/**
 * Everything that a proposal may choose is which reports it rests on and which proven offences it names; the rest
 * follows from them.
 *
 * @param beaconHeight of the block that gave this round's beacon.
 * @param known this round's beacon, everybody's standing before the round, and offences whose proofs have been checked.
 * @returns undefined while a sealed header itself is missing.
 */
export function basisOf(
  context: RoundContext,
  beaconHeight: number,
  headers: Iterable<Received<'update-header'>>,
  sealReports: readonly Received<'seal-report'>[],
  bodyReports: readonly Received<'body-report'>[],
  { beacon, ...known }: KnownBefore,
): Basis | undefined {
  const payloads = <P>(reports: readonly { sender: NodeId; payload: P }[]) =>
    new Map(reports.map(({ sender, payload }) => [sender, payload]));
  const seals = payloads(sealReports);
  const sealed = sealedHeaders(context.committee, context.roster, seals);
  const messages = new Map([...headers].map((header) => [header.sender, header]));
  const sealedMessages = sealed.flatMap(({ node, digest }) => {
    const header = messages.get(node);
    return header?.payload.digest === digest ? [header] : [];
  });
  if (sealedMessages.length !== sealed.length) return undefined;
  const finalized = finalizedAtSeal(context.committee, seals);
  return {
    headers: sealedMessages,
    sealReports,
    bodyReports,
    sealed,
    ...ofThoseAsked(
      available(context.committee, context.roster, sealed, payloads(bodyReports), known.standing),
      askedOf(context, beacon, known.standing),
    ),
    finalized,
    nextBeaconHeight: nextBeaconHeight(beaconHeight, finalized, context.parameters),
    ...known,
  };
}

/** Whether there is a candidate: the accepted updates satisfy the rule's condition, or governance names a version. */
export function isAggregable(
  context: RoundContext,
  state: Pick<RoundState, 'restore'>,
  basis: Basis,
): boolean {
  if (state.restore !== undefined) return true;
  return basis.accepted.length >= context.minUpdates;
}

const keys = new WeakMap<Basis, Digest>();

/** Names an aggregation: the same base and updates under the same beacon give the same candidate. */
export function aggregationKey(state: Pick<RoundState, 'head' | 'beacon'>, basis: Basis): Digest {
  const key =
    keys.get(basis) ??
    digestOf('ballast/aggregation/3', {
      base: state.head.modelDigest,
      state: state.head.stateDigest,
      standing: state.head.standing,
      beacon: state.beacon ?? '',
      accepted: basis.accepted.map(({ node, digest }) => ({ node, digest })),
    });
  keys.set(basis, key);
  return key;
}

const rolls = new WeakMap<object, WeakMap<readonly NodeId[], Roll>>();

/** What became of each sealed update, given whom the rule gave weight. */
export function rollOf(
  basis: Pick<Basis, 'sealed' | 'accepted' | 'dropped'>,
  selected: readonly NodeId[],
): Roll {
  const ofBasis = rolls.get(basis) ?? new WeakMap<readonly NodeId[], Roll>();
  const roll = ofBasis.get(selected) ?? madeRoll(basis, selected);
  rolls.set(basis, ofBasis.set(selected, roll));
  return roll;
}

function madeRoll(
  { sealed, accepted, dropped }: Pick<Basis, 'sealed' | 'accepted' | 'dropped'>,
  selected: readonly NodeId[],
): Roll {
  const weighty = new Set(selected);
  const held = new Set(accepted.map(({ node }) => node));
  const codes = new Map(dropped.map(({ node, code }) => [node, code]));
  return createRoll(
    sealed.map(({ node, digest }) => ({
      node,
      digest,
      fate: held.has(node)
        ? weighty.has(node)
          ? 'selected'
          : 'accepted'
        : (codes.get(node) ?? 'BODY_NOT_SERVED'),
    })),
  );
}

/**
 * The roll of a decided round, where this node has seen what its entry follows from.
 *
 * @param roll the one that a peer gave, where this node could not make it.
 */
export function groundsOf(
  state: Pick<RoundState, 'bases' | 'aggregated' | 'head' | 'beacon'>,
  entry: RoundEntry,
  roll?: Roll,
): { readonly basis: Basis; readonly roll: Roll } | undefined {
  for (const basis of state.bases) {
    if (basis.finalized !== entry.finalized || basis.nextBeaconHeight !== entry.nextBeaconHeight) continue;
    const selected = roll === undefined ? ownSelection(state, basis, entry) : selectedOf(roll);
    const made = selected && rollOf(basis, selected);
    if (made !== undefined && isRollOf(entry, made)) return { basis, roll: made };
  }
  return undefined;
}

function ownSelection(
  state: Pick<RoundState, 'aggregated' | 'head' | 'beacon'>,
  basis: Basis,
  entry: RoundEntry,
): readonly NodeId[] | undefined {
  if (entry.outcome === 'aborted' || entry.restore?.version != null) return [];
  const result = state.aggregated.get(aggregationKey(state, basis));
  return result === undefined || result === 'failed' ? undefined : result.selected;
}

/** The entry that a basis and its candidate make. A member builds it anew and compares digests. */
export function candidateEntry(
  context: RoundContext,
  state: RoundState,
  basis: Basis,
  aggregated: Aggregated,
  { verdict, worse }: Judged,
): RoundEntry {
  const { parameters } = context;
  const accepted = new Set(basis.accepted.map(({ node }) => node));
  const contributors = basis.headers.filter(({ sender }) => accepted.has(sender));
  const entry: RoundEntry = {
    ...common(context, state, basis, rollOf(basis, aggregated.selected)),
    candidateDigest: aggregated.candidateDigest,
    candidateState: aggregated.candidateState,
    outcome: 'rejected',
    reason: '',
    version: state.head.version,
    modelDigest: state.head.modelDigest,
    stateDigest: state.head.stateDigest,
    privacy:
      aggregated.privacy ??
      combinedPrivacy(
        contributors.map(({ payload }) => payload.privacy),
        agreedPrivacy(parameters.privacy),
      ),
  };
  return withOutcome(entry, verdict, worse);
}

/** The entry of a round with too few updates for its rule: the model stays, and its state. */
export function abortedEntry(context: RoundContext, state: RoundState, basis: Basis): RoundEntry {
  return {
    ...common(context, state, basis, rollOf(basis, [])),
    candidateDigest: state.head.modelDigest,
    candidateState: state.head.stateDigest,
    outcome: 'aborted',
    reason: `${basis.accepted.length} updates, ${context.minUpdates} needed`,
    version: state.head.version,
    modelDigest: state.head.modelDigest,
    stateDigest: state.head.stateDigest,
    privacy: { ...agreedPrivacy(context.parameters.privacy), epsilon: 0 },
  };
}

function common(context: RoundContext, state: RoundState, basis: Basis, roll: Roll) {
  const { offences } = basis;
  return {
    round: state.round,
    epoch: context.committee.epoch,
    parent: state.head.entry,
    beacon: state.beacon ?? '',
    finalized: basis.finalized,
    nextBeaconHeight: basis.nextBeaconHeight,
    baseVersion: state.head.version,
    baseDigest: state.head.modelDigest,
    baseState: state.head.stateDigest,
    updates: updatesOf(roll),
    standing: standingDigest(
      standingOf(
        context,
        basis.standing,
        { round: state.round, epoch: context.committee.epoch, beacon: state.beacon ?? '', offences },
        roll,
      ),
    ),
    offences: [...offences],
    nextCommittee: nextCommitteeOf(context, state),
    ...restoreField(state.head, state.restore),
  };
}

/** By everything that they follow from: each round's table is asked for several times. */
const tables = contextCache<StandingTable>(16);

/** Everybody's standing after a round, from what its entry and roll say. */
export function standingOf(
  context: Pick<RoundContext, 'parameters' | 'committee' | 'roster'>,
  before: StandingTable,
  { round, epoch, beacon, offences }: Pick<RoundEntry, 'round' | 'epoch' | 'beacon' | 'offences'>,
  roll: Roll,
): StandingTable {
  const quarantine = quarantineRounds(context.parameters);
  const cache = tables(context);
  const key = digestOf('ballast/standing-after/1', {
    before: standingDigest(before),
    roll: updatesOf(roll).root,
    round,
    epoch,
    beacon,
    offences: offences.map(({ node, kind, evidence }) => [node, kind, evidence]),
  });
  const known = cache.get(key);
  if (known !== undefined) return known;
  const asked = [...(askedOf(context, beacon, before) ?? [])];
  const table = nextStanding(before, { round, epoch, roll, asked, offences }, quarantine);
  cache.set(key, table, 1);
  return table;
}

function agreedPrivacy({ unit, relation, delta }: RoundContext['parameters']['privacy']) {
  return { unit, relation, delta };
}

import { type Digest, packDigests } from '../../protocol/digest.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import type { Lock, Payload, RoundEntry } from '../../protocol/messages.ts';
import { beaconDigest, beaconOrder } from '../beacon.ts';
import { entryDigest, type Head } from '../entry.ts';
import type { AnyReceived, Received } from '../received.ts';
import { createRoster } from '../roster.ts';
import { basisOf, candidateEntry } from '../round/basis.ts';
import { type Resumed, startRound, step } from '../round/step.ts';
import type { Basis, RoundContext, RoundEffect, RoundEvent, RoundState } from '../round/types.ts';
import { GENESIS_STANDING } from '../standing/index.ts';
import {
  bodyDigest,
  committeeOf,
  digest,
  GENESIS,
  header,
  NETWORK,
  PARAMETERS,
  received,
  rows,
  signerOf,
} from './support.ts';

export const MEMBERS = 4;
const committee = committeeOf(MEMBERS);
export const roster = createRoster(committee);
const RANDOMNESS = digest('randomness');
const BEACON = beaconDigest(NETWORK, 1, RANDOMNESS);
const order = beaconOrder(
  BEACON,
  committee.members.map(({ node }) => node),
);

/** Which member leads a view of round 1. */
export const leaderIn = (view: number): number => {
  const leader = order[view % MEMBERS];
  return committee.members.findIndex(({ node }) => node === leader);
};
/** Members in no particular order who do not lead views 0 to 2: there is one. */
export const follower = [0, 1, 2, 3].find((index) => ![0, 1, 2].map(leaderIn).includes(index)) ?? 0;

export const CANDIDATE = digest('candidate');
const CANDIDATE_STATE = digest('candidate state');
const all = [0, 1, 2, 3];
export const headers = all.map((index) => received(index, 'update-header', header(index)));
const claims = all.map((index) => ({ node: signerOf(index).nodeId, digest: bodyDigest(index) }));
export const sealReports = all.map((index) =>
  received(index, 'seal-report', { headers: rows(claims, roster), finalized: 6 }),
);
export const bodyReports = all.map((index) =>
  received(index, 'body-report', { held: rows(claims, roster), refused: [] }),
);

/** One member's round, a step at a time. The state before a step is frozen. */
export class Bench {
  readonly context: RoundContext;
  state: RoundState;
  readonly effects: RoundEffect[] = [];

  constructor(
    self: number,
    options: {
      readonly minUpdates?: number;
      readonly resumed?: Resumed;
      readonly head?: Head;
      readonly contributors?: readonly number[];
    } = {},
  ) {
    this.context = {
      self: signerOf(self).nodeId,
      network: NETWORK,
      committee,
      roster: createRoster(
        committee,
        options.contributors?.map((index) => signerOf(index).nodeId),
      ),
      parameters: PARAMETERS,
      minUpdates: options.minUpdates ?? 3,
    };
    this.state = startRound(options.head ?? GENESIS, 0, options.resumed);
  }

  give(...events: readonly RoundEvent[]): RoundEffect[] {
    const from = this.effects.length;
    for (const event of events) {
      const result = step(this.context, deepFreeze(this.state), deepFreeze(event));
      this.state = result.state;
      this.effects.push(...result.effects);
      for (const effect of result.effects) if (effect.type === 'fetch-evidence') this.#serve(effect);
    }
    return this.effects.slice(from);
  }

  /** The leader serves what its proposal names, where it is anything. */
  #serve({ view, digests }: Extract<RoundEffect, { type: 'fetch-evidence' }>): void {
    const messages = digests.flatMap((each) => served.get(each) ?? []);
    const isWhole = messages.length === digests.length;
    this.give({ type: 'evidence', round: 1, view, messages: isWhole ? messages : [] });
  }

  tell(...messages: readonly Received[]): RoundEffect[] {
    return this.give(...messages.map((message) => ({ type: 'message', message }) as RoundEvent));
  }

  begin(): this {
    this.give({ type: 'started' }, { type: 'beacon', round: 1, randomness: RANDOMNESS });
    return this;
  }

  /** Headers, reports and bodies are all here. */
  gather(): this {
    this.begin().tell(...headers, ...sealReports);
    this.give(...headers.map((each) => ({ type: 'body', round: 1, header: each, status: 'held' }) as const));
    this.tell(...bodyReports);
    return this;
  }

  /** What this node would find of the candidate, where it has asked. */
  compute(
    verdict: 'accepted' | 'rejected',
    candidateDigest: Digest = CANDIDATE,
    worse: readonly string[] = [],
  ): RoundEffect[] {
    const from = this.effects.length;
    const aggregate = this.effects.findLast((effect) => effect.type === 'aggregate');
    if (aggregate === undefined) throw new Error('the node has not asked for an aggregation');
    const result = {
      candidateDigest,
      candidateState: CANDIDATE_STATE,
      selected: claims.map(({ node }) => node),
    };
    this.give({ type: 'aggregated', round: 1, key: aggregate.key, result });
    this.give({ type: 'evaluated', round: 1, candidateDigest, judged: { verdict, worse } });
    return this.effects.slice(from);
  }

  sent<Type extends MessageType>(type: Type): { readonly view: number; readonly payload: Payload<Type> }[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'broadcast' && effect.message === type
        ? [{ view: effect.view, payload: effect.payload as Payload<Type> }]
        : [],
    );
  }

  refusals(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'refused' ? [effect.code] : []));
  }
}

/** The entry that follows from all reports. */
export function trueEntry(
  verdict: 'accepted' | 'rejected' = 'accepted',
  worse: readonly string[] = [],
): RoundEntry {
  const bench = new Bench(0).begin();
  const basis = trueBasis(bench.context);
  const selected = claims.map(({ node }) => node);
  const aggregated = { candidateDigest: CANDIDATE, candidateState: CANDIDATE_STATE, selected };
  return candidateEntry(bench.context, bench.state, basis, aggregated, { verdict, worse });
}

function trueBasis(context: RoundContext): Basis {
  const basis = basisOf(context, GENESIS.nextBeaconHeight, headers, sealReports, bodyReports, {
    beacon: digest('beacon'),
    standing: GENESIS_STANDING,
    offences: [],
  });
  if (basis === undefined) throw new Error('the basis is whole');
  return basis;
}

const bytesOf = (messages: readonly Received[]) => messages.map(({ bytes }) => bytes);
const served = new Map<Digest, AnyReceived>();

/** Messages as a proposal names them; whoever has not heard them is served. */
export function named(messages: readonly Received[]): Uint8Array {
  for (const message of messages) served.set(message.digest, message as AnyReceived);
  return packDigests(messages.map((message) => message.digest));
}

/** A proposal with all its evidence, signed by the leader of its view unless by another. */
export function proposal(
  entry: RoundEntry,
  fields: Partial<Payload<'proposal'>> = {},
  view = 0,
  sender = leaderIn(view),
): Received<'proposal'> {
  const payload = {
    entry,
    headers: named(headers),
    sealReports: named(sealReports),
    bodyReports: named(bodyReports),
    viewChanges: named([]),
    ...fields,
  };
  return received(sender, 'proposal', payload, { view });
}

export const prepareOf = (
  sender: number,
  entry: RoundEntry,
  view = 0,
  worse?: readonly string[],
): Received<'prepare'> =>
  received(
    sender,
    'prepare',
    {
      entry: entryDigest(entry),
      outcome: entry.outcome,
      ...(worse === undefined ? {} : { worse: [...worse] }),
    },
    { view },
  );

export const commitOf = (sender: number, entry: RoundEntry, view = 0): Received<'commit'> =>
  received(
    sender,
    'commit',
    { entry: entryDigest(entry), signature: new Uint8Array(65).fill(sender) },
    { view },
  );

export const lockOn = (entry: RoundEntry, view = 0, preparers: readonly number[] = [0, 1, 2]): Lock => ({
  view,
  entry,
  prepares: bytesOf(preparers.map((sender) => prepareOf(sender, entry, view))),
});

export const viewChange = (
  sender: number,
  view: number,
  lock: Lock | null = null,
  prepare: Received<'prepare'> | null = null,
): Received<'view-change'> =>
  received(sender, 'view-change', { lock, prepare: prepare?.bytes ?? null }, { view });

/** Changing any of it throws; byte arrays cannot be frozen and are left. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value;
  if (value instanceof Map || value instanceof Set) {
    const refuse = () => {
      throw new TypeError('a frozen collection was changed');
    };
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
  }
  if (Symbol.iterator in value) for (const item of value as Iterable<unknown>) deepFreeze(item);
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

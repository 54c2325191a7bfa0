import { type Digest, digestOf, digestOfBytes } from '../../protocol/digest.ts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { type Sealed, signEnvelope, type UnsignedEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import type { Payload, RoundEntry, SealedHeader } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { packRows } from '../../protocol/roster-rows.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import { type Committee, createCommittee } from '../committee.ts';
import { genesisHead } from '../entry.ts';
import { type Received, readMessage } from '../received.ts';
import { createRoll, type RollRow, updatesOf } from '../roll.ts';
import { createRoster } from '../roster.ts';
import { NO_STATE } from '../round-aggregator.ts';
import { EMPTY_STANDING } from '../standing.ts';

export const NETWORK: Digest = digestOf('test/network', 1);
export const LAYOUT: Digest = digestOf('test/layout', 1);
export const SIZE = 4;
export const NOW = 1_800_000_000_000;
export const GENESIS = genesisHead(NETWORK, digestOf('test/model', 0), 1, NO_STATE);

export const PARAMETERS: NetworkParameters = {
  rule: { name: 'multi-krum', f: 0 },
  update: { clipNorm: 1, gridBits: 10, normCheck: true },
  privacy: {
    unit: 'record',
    relation: 'add-remove',
    noiseMultiplier: 1,
    recordClipNorm: 1,
    epsilonBudget: 8,
    delta: 1e-5,
  },
  training: { localSteps: 1, learningRate: 1, nominalRecords: 1 },
  gate: { enabled: true, deadBand: 0 },
  fee: { gain: '1', deadBand: '0' },
  timeouts: { collectMs: 3000, fetchMs: 1500, viewMs: 2000, resendMs: 700 },
  beaconLag: 3,
  retention: { rounds: 5 },
};

/** Signers in the order of the committee's members: `signerOf(i)` is member i. */
export const signerOf = (index: number): NodeSigner => nodeSigner(new Uint8Array(32).fill(index + 1));

export function committeeOf(size: number, epoch = 0): Committee {
  const members = Array.from({ length: size }, (_, i) => ({
    node: signerOf(i).nodeId,
    signer: `0x${i.toString(16).padStart(40, '0')}` as const,
  }));
  return createCommittee(epoch, members);
}

/** Updates as reports list them, by the places that their nodes have on the roster of seven members. */
export function rows(claims: readonly SealedHeader[], roster = createRoster(committeeOf(7))): Uint8Array {
  return packRows(
    claims.map((claim) => ({ index: roster.places.get(claim.node) ?? 0, digest: claim.digest })),
  );
}

export const NO_ROWS = new Uint8Array();

export const digest = (name: string | number): Digest => digestOf('test/digest', name);

/** The body of member `index`'s update: four grid integers. */
export const bodyDigest = (index: number): Digest => digestOfBytes(Uint8Array.of(index));

export function header(
  index: number,
  fields: Partial<Payload<'update-header'>> = {},
): Payload<'update-header'> {
  return {
    baseVersion: GENESIS.version,
    baseDigest: GENESIS.modelDigest,
    layout: LAYOUT,
    digest: bodyDigest(index),
    size: SIZE,
    normClass: 5,
    privacy: { unit: 'record', relation: 'add-remove', epsilon: 1 + index, delta: 1e-5 },
    ledger: 1,
    ...fields,
  };
}

/** A message of a member, signed. */
export function seal<Type extends MessageType>(
  sender: number | NodeSigner,
  type: Type,
  payload: Payload<Type>,
  fields: Partial<UnsignedEnvelope> = {},
): Sealed {
  const signer = typeof sender === 'number' ? signerOf(sender) : sender;
  const envelope = {
    net: NETWORK,
    type,
    round: 1,
    view: 0,
    seq: 1,
    ts: NOW,
    expiry: NOW + 600_000,
    payload: payload as Encodable,
    ...fields,
  };
  return signEnvelope(envelope, signer);
}

export function received<Type extends MessageType>(
  sender: number,
  type: Type,
  payload: Payload<Type>,
  fields: Partial<UnsignedEnvelope> = {},
): Received<Type> {
  return readMessage(seal(sender, type, payload, fields)) as Received<Type>;
}

/** Updates of members, all with weight unless `fates` says otherwise. */
export const rollOfMembers = (
  indices: readonly number[],
  fates: Partial<Record<number, RollRow['fate']>> = {},
) =>
  createRoll(
    indices.map((index) => ({
      node: signerOf(index).nodeId,
      digest: bodyDigest(index),
      fate: fates[index] ?? 'selected',
    })),
  );

export function entryOf(fields: Partial<RoundEntry> = {}): RoundEntry {
  return {
    round: 1,
    epoch: 0,
    parent: GENESIS.entry,
    beacon: digest('beacon'),
    finalized: 6,
    nextBeaconHeight: 9,
    baseVersion: 0,
    baseDigest: GENESIS.modelDigest,
    baseState: GENESIS.stateDigest,
    updates: updatesOf([]),
    standing: EMPTY_STANDING,
    offences: [],
    nextCommittee: null,
    outcome: 'accepted',
    reason: '',
    version: 1,
    modelDigest: digest('candidate'),
    stateDigest: digest('candidate state'),
    candidateDigest: digest('candidate'),
    candidateState: digest('candidate state'),
    privacy: { unit: 'record', relation: 'add-remove', epsilon: 1, delta: 1e-5 },
    ...fields,
  };
}

export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return undefined;
}

/** A store whose writes become durable when told to, and by themselves unless held. */
export class TestStore implements KeyValueStore {
  readonly durable = new Map<string, Uint8Array>();
  /** Writes asked for and not yet durable; undefined while writes go through at once. */
  held: (() => void)[] | undefined;

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.durable.get(key);
  }

  write(operations: readonly StoreOperation[]): Promise<void> {
    return new Promise((resolve) => {
      const apply = () => {
        for (const operation of operations) {
          if (operation.type === 'put') this.durable.set(operation.key, operation.value);
          else this.durable.delete(operation.key);
        }
        resolve();
      };
      if (this.held === undefined) apply();
      else this.held.push(apply);
    });
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const found = [...this.durable].filter(([key]) => key.startsWith(prefix));
    yield* found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What a crash leaves. */
  survivor(): TestStore {
    const store = new TestStore();
    for (const [key, value] of this.durable) store.durable.set(key, Uint8Array.from(value));
    return store;
  }
}

import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/round-entry.ts';
import type { Certificate } from '../certificate.ts';
import type { Collaborators } from '../collaborators.ts';
import { type Committee, nodesOf } from '../committee.ts';
import { roundKey } from '../keys.ts';
import type { RoundLog } from '../log.ts';
import { type RollRow, readLeaf, rollLeaf } from '../roll.ts';
import { openProvenRow } from '../roll-row.ts';
import { pause } from './pause.ts';

/** A member that has not decided the round yet has it within moments. */
const RETRY_MS = 250;
/** A member that is silent for so long is passed over. */
const SLOW_MS = 1_000;
/** So many members are asked, one after the other; whoever none of them names was not sealed, or never learns it. */
const MAX_ASKED = 6;

const rowKey = (round: number): string => roundKey('own-row', round);

export type OwnRowsParts = Pick<Collaborators, 'clock' | 'signer' | 'store' | 'transport'> & {
  readonly log: Pick<RoundLog, 'roll'>;
  /** Fires when the node stops. */
  readonly signal: AbortSignal;
};

/**
 * What became of this node's own updates. Outside the committee a node takes no roll: it asks members for its own row
 * alone, with a proof, so that its bytes do not grow with the network.
 */
export class OwnRows {
  readonly #parts: OwnRowsParts;
  /** Rounds whose row is being asked for. */
  readonly #coming = new Map<number, Promise<RollRow | undefined>>();

  constructor(parts: OwnRowsParts) {
    this.#parts = parts;
  }

  /** As {@link known}, and waits for one that is on its way. */
  async obtain(round: number): Promise<RollRow | undefined> {
    return (await this.#coming.get(round)) ?? this.known(round);
  }

  /** This node's row of a round; undefined where it has none, or nobody told. */
  async known(round: number): Promise<RollRow | undefined> {
    const { log, signer, store } = this.#parts;
    const roll = await log.roll(round);
    if (roll !== undefined) return roll.find(({ node }) => node === signer.nodeId);
    const leaf = await store.get(rowKey(round));
    return leaf === undefined ? undefined : readLeaf(decodeCanonical(leaf, { maxBytes: leaf.length }));
  }

  /** Asks members of the round's committee; durable when it resolves with a row. */
  ask(certificate: Certificate, committee: Committee): Promise<RollRow | undefined> {
    const { round } = certificate.entry;
    const asked = this.#ask(certificate, committee).finally(() => this.#coming.delete(round));
    this.#coming.set(round, asked);
    return asked;
  }

  async #ask({ entry }: Certificate, committee: Committee): Promise<RollRow | undefined> {
    const { clock, signer, store, signal } = this.#parts;
    const { round } = entry;
    for (const peer of inTurn(nodesOf(committee), signer.nodeId, round).slice(0, MAX_ASKED)) {
      const row = await this.#rowFrom(peer, entry);
      if (row !== undefined) {
        await store.write([{ type: 'put', key: rowKey(round), value: encodeCanonical(rollLeaf(row)) }]);
        return row;
      }
      if (signal.aborted) return undefined;
      await pause(clock, RETRY_MS, signal).done;
    }
    return undefined;
  }

  async #rowFrom(peer: NodeId, entry: RoundEntry): Promise<RollRow | undefined> {
    const { clock, signer, transport, signal } = this.#parts;
    const patience = new AbortController();
    const slow = pause(clock, SLOW_MS, signal);
    try {
      const request = { from: entry.round, most: 0 };
      const answer = transport.fetchLog(peer, request, AbortSignal.any([signal, patience.signal]));
      const [record] = await Promise.race([answer, slow.done.then((): Uint8Array[] => [])]);
      return record && openProvenRow(record, entry, signer.nodeId);
    } catch {
      // Another member has it: a quorum does.
      return undefined;
    } finally {
      patience.abort();
      slow.cancel();
    }
  }
}

/** Members from a place on that node and round give, so that not everybody asks the same one. */
function inTurn(members: readonly NodeId[], self: NodeId, round: number): NodeId[] {
  const peers = members.filter((node) => node !== self);
  let first = round;
  for (let i = 0; i < self.length; i++) first = (first * 31 + self.charCodeAt(i)) % 0x7fff_ffff;
  return peers.map((_, i) => peers[(first + i) % peers.length] ?? '');
}

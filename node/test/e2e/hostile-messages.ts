import { randomBytes } from 'node:crypto';
import type { NodeSigner } from '../../../protocol/ed25519.ts';
import type { Encodable } from '../../../protocol/encoding.ts';
import { signEnvelope, type UnsignedEnvelope } from '../../../protocol/envelope.ts';
import type { MessageType, Topic } from '../../../protocol/message-types.ts';
import type { Payload } from '../../../protocol/messages.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';

export type Hostile = { readonly topic: Topic; readonly code: string; readonly bytes: Uint8Array };

/** Makes messages that look right but for one thing. */
export class Forger {
  readonly #document: NetworkDocument;
  readonly #member: NodeSigner;
  readonly #stranger: NodeSigner;
  readonly #size: number;
  #sequence = 1_000;

  /** @param member signs as a member of the committee; @param stranger as nobody's. */
  constructor(document: NetworkDocument, size: number, member: NodeSigner, stranger: NodeSigner) {
    this.#document = document;
    this.#size = size;
    this.#member = member;
    this.#stranger = stranger;
  }

  sign(type: MessageType, payload: unknown, fields: Partial<UnsignedEnvelope> = {}, signer = this.#member) {
    const now = Date.now();
    const unsigned: UnsignedEnvelope = {
      net: networkId(this.#document),
      type,
      round: 1,
      view: 0,
      seq: this.#sequence++,
      ts: now,
      expiry: now + 60_000,
      payload: payload as Encodable,
      ...fields,
    };
    return signEnvelope(unsigned, signer).bytes;
  }

  /** A header that nothing is wrong with. */
  header(fields: Partial<Payload<'update-header'>> = {}): Payload<'update-header'> {
    const { genesis, parameters } = this.#document;
    const { unit, relation, delta } = parameters.privacy;
    return {
      baseVersion: 0,
      baseDigest: genesis.modelDigest,
      layout: genesis.layout,
      digest: randomBytes(32).toString('hex'),
      size: this.#size,
      normClass: 4,
      privacy: { unit, relation, delta, epsilon: 1.5 },
      ledger: 1,
      ...fields,
    };
  }

  /** Each of them costs whoever brings it. */
  offences(round: number): Hostile[] {
    const at = { round };
    const bad = (code: string, fields: Partial<Payload<'update-header'>>): Hostile => ({
      topic: 'updates',
      code,
      bytes: this.sign('update-header', this.header(fields), at),
    });
    const { privacy } = this.header();
    const rounds = (code: string, bytes: Uint8Array): Hostile => ({ topic: 'rounds', code, bytes });
    return [
      rounds('MESSAGE_MALFORMED', Uint8Array.from(randomBytes(300))),
      rounds('MESSAGE_BAD_SIGNATURE', resigned(this.sign('status', { head: 0 }, at))),
      rounds('MESSAGE_WRONG_NETWORK', this.sign('status', { head: 0 }, { ...at, net: 'ab'.repeat(32) })),
      rounds('MESSAGE_NOT_MEMBER', this.sign('status', { head: 0 }, at, this.#stranger)),
      rounds('MESSAGE_WRONG_ROUND', this.sign('status', { head: 0 }, { round: 1_000_000 })),
      rounds(
        'MESSAGE_WRONG_TOPIC',
        this.sign('view-change', { lock: null, prepare: null }, { ...at, view: 1 }),
      ),
      rounds('MESSAGE_WRONG_VIEW', this.sign('status', { head: 0 }, { ...at, view: 5_000 })),
      rounds('MESSAGE_PAYLOAD', this.sign('status', { head: -1 }, at)),
      bad('UPDATE_WRONG_LAYOUT', { layout: 'cd'.repeat(32) }),
      bad('UPDATE_SIZE', { size: this.#size + 1 }),
      bad('UPDATE_NORM', { normClass: 60 }),
      bad('UPDATE_PRIVACY_TERMS', { privacy: { ...privacy, delta: 0.5 } }),
      bad('UPDATE_PRIVACY_BUDGET', { privacy: { ...privacy, epsilon: 1_000 } }),
      {
        topic: 'updates',
        code: 'MESSAGE_MALFORMED',
        bytes: withNaN(this.sign('update-header', this.header(), at)),
      },
    ];
  }
}

/** Changes one bit of the signature. */
function resigned(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const text = Buffer.from(changed).indexOf('sig');
  const at = text + 'sig'.length + 10;
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** No encoder writes a NaN, so its bytes are put in the place of a number's. */
function withNaN(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  const number = Buffer.alloc(8);
  number.writeDoubleBE(1.5);
  const at = changed.indexOf(number);
  if (at < 0) throw new Error('the message holds no 1.5');
  changed.writeDoubleBE(Number.NaN, at);
  return Uint8Array.from(changed);
}

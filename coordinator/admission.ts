import type { Digest } from '../protocol/digest.ts';
import { type Envelope, openEnvelope, type Sealed } from '../protocol/envelope.ts';
import { MessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { type MessageType, REPEATABLE } from '../protocol/message-types.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { isMember } from './committee.ts';
import type { Epoch } from './committee-record.ts';
import type { Epochs } from './epochs.ts';
import { MESSAGE_QUOTAS, MessageQuota } from './message-quota.ts';
import { type AnyReceived, type Received, readMessage } from './received.ts';
import { RepeatLimit } from './repeat-limit.ts';
import type { StandingTable } from './standing/index.ts';
import { largestNorm } from './update-body.ts';

/** What a message is held against. */
export type AdmissionContext = {
  readonly network: Digest;
  /** Who may say what in which round. */
  readonly epochs: Pick<Epochs, 'at'>;
  readonly parameters: NetworkParameters;
  readonly layout: Digest;
  /** Length of an update. */
  readonly rowSize: number;
};

/** How far a node is. */
export type Progress = {
  readonly round: number;
  readonly view: number;
  /** By which messages are counted; everybody is trusted where it is not here. */
  readonly standing?: StandingTable | undefined;
};

/** Two messages of one sender where there may be one: anyone can check it. */
export type Equivocation = { readonly first: Uint8Array; readonly second: Uint8Array };

export type AdmissionObserver = { readonly onEquivocation: (proof: Equivocation) => void };

/** Clocks of honest nodes differ by less than this. */
const CLOCK_SKEW_MS = 60_000;
const MAX_VIEW = 1_000;
/** What a member may say ahead of this node; its view changes may be further on, for they take a laggard along. */
const MAX_VIEWS_AHEAD = 16;
const MAX_ROUNDS_AHEAD = 10_000;

/** What contributors say too; everything else is for members. */
const CONTRIBUTED: ReadonlySet<MessageType> = new Set(['update-header', 'status']);
/** Kinds that exist once a round, in view 0. */
const VIEWLESS: ReadonlySet<MessageType> = new Set([
  'status',
  'update-header',
  'seal-report',
  'body-report',
  'certificate',
  'recommendation',
  'evidence',
  'handover',
]);
/** What is kept of a member's words of these rounds, to prove that it said another thing as well. */
const MAX_KEPT_BYTES = 4 << 20;

/** What was said in one place: its bytes are a proof, its digest alone still tells a second message. */
type Said = {
  readonly type: MessageType;
  readonly round: number;
  readonly view: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array | undefined;
};

/**
 * The door: which messages of peers reach the round. Every refusal has a code, and says whether the forwarding
 * peer is to blame (`reject`) or may not have known (`ignore`).
 */
export class Admission {
  readonly #context: AdmissionContext;
  readonly #observer: AdmissionObserver;
  readonly #repeats = new RepeatLimit();
  readonly #quota = new MessageQuota();
  /** What each member said: a few messages, and never more than its quotas of two rounds. */
  readonly #said = new Map<NodeId, Said[]>();

  constructor(context: AdmissionContext, observer: AdmissionObserver) {
    this.#context = context;
    this.#observer = observer;
  }

  /**
   * @param given what came, or what `openEnvelope` made of it.
   * @param now milliseconds since the Unix epoch.
   * @param current the round and view in progress.
   * @throws MessageError
   */
  admit(given: Uint8Array | Sealed, now: number, current: Progress): AnyReceived {
    const sealed = given instanceof Uint8Array ? openEnvelope(given) : given;
    this.#checkEnvelope(sealed.envelope, now, current);
    const message = readMessage(sealed);
    if (message.type === 'update-header') this.#checkHeader(message);
    this.#checkNear(sealed.envelope, current);
    this.#checkQuota(sealed.envelope, current);
    this.#checkSaidOnce(sealed);
    if (REPEATABLE.has(message.type) && !this.#repeats.take(message.sender, message.type, now))
      throw refuse('ignore', 'MESSAGE_TOO_OFTEN', message, 'more than it may say in a short time');
    return message;
  }

  /** What this node heard of the sender in the message's place, where that was another message. */
  heardInstead({ envelope, digest }: Sealed): Uint8Array | undefined {
    const known = saidAt(this.#said.get(envelope.sender) ?? [], envelope);
    return known?.digest === digest ? undefined : known?.bytes;
  }

  /** Forgets what was said before `round`. */
  forgetBefore(round: number): void {
    this.#quota.forgetBefore(round);
    for (const [sender, said] of this.#said)
      this.#said.set(
        sender,
        said.filter((each) => each.round >= round),
      );
  }

  /** Bytes that are kept of what a member said. */
  keptOf(sender: NodeId): number {
    let kept = 0;
    for (const { bytes } of this.#said.get(sender) ?? []) kept += bytes?.length ?? 0;
    return kept;
  }

  #checkEnvelope(envelope: Envelope, now: number, current: Progress): void {
    const { net, sender, ts, expiry, round, view, type } = envelope;
    if (net !== this.#context.network)
      throw refuse('reject', 'MESSAGE_WRONG_NETWORK', envelope, `network ${net.slice(0, 12)}`);
    const epoch = this.#context.epochs.at(round);
    if (epoch === undefined)
      throw refuse('ignore', 'MESSAGE_OTHER_EPOCH', envelope, `round ${round}, whose committee is not known`);
    if (!mayBeSaidBy(epoch, type, sender))
      throw refuse('reject', 'MESSAGE_NOT_MEMBER', envelope, 'a sender that may not say this');
    if (ts > now + CLOCK_SKEW_MS)
      throw refuse('ignore', 'MESSAGE_FROM_FUTURE', envelope, `a time ${ts - now} ms ahead`);
    if (expiry < now - CLOCK_SKEW_MS)
      throw refuse('ignore', 'MESSAGE_EXPIRED', envelope, `an expiry ${now - expiry} ms ago`);
    if (round > current.round + MAX_ROUNDS_AHEAD)
      throw refuse('reject', 'MESSAGE_WRONG_ROUND', envelope, `round ${round} in round ${current.round}`);
    if (view > MAX_VIEW || (view !== 0 && VIEWLESS.has(type)))
      throw refuse('reject', 'MESSAGE_WRONG_VIEW', envelope, `view ${view}`);
  }

  #checkHeader(message: Received<'update-header'>): void {
    const { parameters, layout, rowSize } = this.#context;
    const { payload } = message;
    const refuseHeader = (code: string, got: string) => refuse('reject', code, message, got);
    if (payload.layout !== layout)
      throw refuseHeader('UPDATE_WRONG_LAYOUT', `layout ${payload.layout.slice(0, 12)}`);
    if (payload.size !== rowSize)
      throw refuseHeader('UPDATE_SIZE', `${payload.size} numbers, expected ${rowSize}`);
    if (parameters.update.normCheck && 2 ** (payload.normClass - 1) >= largestNorm(parameters, rowSize)) {
      throw refuseHeader('UPDATE_NORM', `norm class ${payload.normClass}`);
    }
    if ((payload.trajectory === undefined) !== (parameters.audit === undefined)) {
      throw refuseHeader('UPDATE_TRAJECTORY', payload.trajectory ? 'audited steps' : 'no audited steps');
    }
    const { unit, relation, delta, epsilonBudget } = parameters.privacy;
    const stated = payload.privacy;
    if (stated.unit !== unit || stated.relation !== relation || stated.delta !== delta) {
      throw refuseHeader(
        'UPDATE_PRIVACY_TERMS',
        `privacy by ${stated.unit}, ${stated.relation}, δ ${stated.delta}`,
      );
    }
    if (unit !== 'none' && (stated.epsilon === null || stated.epsilon > epsilonBudget)) {
      throw refuseHeader('UPDATE_PRIVACY_BUDGET', `ε ${stated.epsilon} over a budget of ${epsilonBudget}`);
    }
  }

  /** Other rounds and far views are no offence, but nothing of them is kept. */
  #checkNear(envelope: Envelope, current: Progress): void {
    const { type, round, view } = envelope;
    if (REPEATABLE.has(type)) return;
    if (round < current.round) throw refuse('ignore', 'MESSAGE_PAST_ROUND', envelope, `round ${round}`);
    if (round > current.round + 1) throw refuse('ignore', 'MESSAGE_FUTURE_ROUND', envelope, `round ${round}`);
    if (type !== 'view-change' && view > current.view + MAX_VIEWS_AHEAD) {
      throw refuse('ignore', 'MESSAGE_FUTURE_VIEW', envelope, `view ${view} in view ${current.view}`);
    }
  }

  /** After the signature and the round, so that nobody uses up another's quota, and only two rounds are counted. */
  #checkQuota(envelope: Envelope, { standing }: Progress): void {
    const { type, sender, round } = envelope;
    if (REPEATABLE.has(type)) return;
    const tier = standing?.rows.get(sender)?.tier ?? 'trusted';
    if (!this.#quota.take(sender, round, tier))
      throw refuse(
        'ignore',
        'MESSAGE_QUOTA',
        envelope,
        `more than ${MESSAGE_QUOTAS[tier]} for round ${round}`,
      );
  }

  #checkSaidOnce(sealed: Sealed): void {
    const { sender, type, round, view } = sealed.envelope;
    if (REPEATABLE.has(type)) return;
    const said = this.#said.get(sender);
    const known = said && saidAt(said, sealed.envelope);
    if (known === undefined) {
      // One member could otherwise fill gigabytes with view changes of a thousand views.
      const fits = this.keptOf(sender) + sealed.bytes.length <= MAX_KEPT_BYTES;
      const bytes = fits ? sealed.bytes : undefined;
      const first: Said = { type, round, view, digest: sealed.digest, bytes };
      if (said === undefined) this.#said.set(sender, [first]);
      else said.push(first);
    } else if (known.digest !== sealed.digest) {
      if (known.bytes !== undefined)
        this.#observer.onEquivocation({ first: known.bytes, second: sealed.bytes });
      throw refuse(
        'reject',
        'MESSAGE_EQUIVOCATION',
        sealed.envelope,
        `a second ${type} for round ${round}, view ${view}`,
      );
    }
  }
}

/** What was said in the place of a message. */
function saidAt(
  said: readonly Said[],
  { type, round, view }: Pick<Envelope, 'type' | 'round' | 'view'>,
): Said | undefined {
  return said.find((each) => each.round === round && each.view === view && each.type === type);
}

/** Whether a node has the part in an epoch that a kind of message is for. */
export function mayBeSaidBy({ committee, roster }: Epoch, type: MessageType, node: NodeId): boolean {
  return CONTRIBUTED.has(type) ? roster.places.has(node) : isMember(committee, node);
}

function refuse(
  action: 'ignore' | 'reject',
  code: string,
  { type, sender, round }: Pick<Envelope, 'type' | 'sender' | 'round'>,
  got: string,
): MessageError {
  return new MessageError(action, code, `${type} from ${sender}: got ${got}`, {
    metadata: { type, sender, round },
  });
}

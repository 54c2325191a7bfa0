/** The kinds of messages that travel in envelopes. */
export const MESSAGE_TYPES = [
  'status',
  'update-header',
  'seal-report',
  'body-report',
  'proposal',
  'prepare',
  'commit',
  'view-change',
  'certificate',
  'recommendation',
  'evidence',
  'handover',
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

export function isMessageType(value: unknown): value is MessageType {
  return typeof value === 'string' && (MESSAGE_TYPES as readonly string[]).includes(value);
}

/**
 * What a kind of message is said on, inside its network: headers and `rounds` (certificates, status) to all,
 * `votes` between members of the committee, `parameters` for what follows a round.
 */
export type Topic = 'updates' | 'votes' | 'rounds' | 'parameters';

export const TOPICS: readonly Topic[] = ['updates', 'votes', 'rounds', 'parameters'];

const TOPIC_OF: Readonly<Record<MessageType, Topic>> = {
  'update-header': 'updates',
  'seal-report': 'votes',
  'body-report': 'votes',
  proposal: 'votes',
  prepare: 'votes',
  commit: 'votes',
  'view-change': 'votes',
  evidence: 'votes',
  handover: 'votes',
  certificate: 'rounds',
  status: 'rounds',
  recommendation: 'parameters',
};

export function topicOf(type: MessageType): Topic {
  return TOPIC_OF[type];
}

/** Kinds that may be said anew; of every other a sender has one for a round and view, for ever. */
export const REPEATABLE: ReadonlySet<MessageType> = new Set([
  'status',
  'certificate',
  'recommendation',
  'evidence',
  'handover',
]);

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
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

export function isMessageType(value: unknown): value is MessageType {
  return typeof value === 'string' && (MESSAGE_TYPES as readonly string[]).includes(value);
}

/** The gossip topic of a kind of message, inside its network. */
export type Topic = 'updates' | 'rounds' | 'parameters';

export const TOPICS: readonly Topic[] = ['updates', 'rounds', 'parameters'];

export function topicOf(type: MessageType): Topic {
  if (type === 'update-header') return 'updates';
  return type === 'recommendation' ? 'parameters' : 'rounds';
}

/** Kinds that may be said anew; of every other a sender has one for a round and view, for ever. */
export const REPEATABLE: ReadonlySet<MessageType> = new Set(['status', 'certificate', 'recommendation']);

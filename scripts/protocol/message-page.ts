import { toHex } from '../../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import type { Sealed } from '../../protocol/envelope.ts';
import { REPEATABLE, topicOf } from '../../protocol/message-types.ts';

/** Hexadecimal digits in a line of bytes. */
const LINE = 96;
const FENCE = '```';

const HEAD = [
  '# Messages in bytes',
  '',
  '<!-- Written by npm run messages from scripts/protocol/examples.ts; test/messages.test.ts compares it. -->',
  '',
  "One message of each kind ([what they mean](protocol.md#messages)), for whoever reads or writes them elsewhere. The sender's Ed25519 seed is 32 bytes of `01`. Digests are SHA-256 of short names such as `network` and `entry 7`. Envelopes are signed as a node signs them. Signatures inside payloads, which contracts verify, are bytes that count up. In the JSON a byte string is `0x…`; on the wire it has MessagePack's binary form ([encoding](protocol.md#encoding)).",
  '',
  '`npm run messages` writes this page.',
  '',
  'The bytes of a `status`, field by field, in the order in which they stand:',
  '',
  '| field | bytes of its name | bytes of its value |',
  '|---|---|---|',
];

/** The page with every example: what is in it, and its bytes. */
export function messagePage(messages: readonly Sealed[]): string {
  const status = messages.filter(({ envelope }) => envelope.type === 'status');
  return `${[...HEAD, ...status.flatMap(fieldRows), '', ...messages.flatMap(section)].join('\n')}\n`;
}

function section({ envelope, bytes, digest }: Sealed, place: number): string[] {
  const { type } = envelope;
  const again = REPEATABLE.has(type) ? 'may be said anew' : 'is said once in a round and view';
  return [
    ...(place === 0 ? [] : ['']),
    `## \`${type}\``,
    '',
    `Goes to \`${topicOf(type)}\` and ${again}. ${bytes.length} bytes, digest \`${digest}\`.`,
    '',
    `${FENCE}json`,
    JSON.stringify(envelope.payload, readable, 2),
    FENCE,
    FENCE,
    ...(toHex(bytes).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []),
    FENCE,
  ];
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `0x${toHex(value)}` : value;
}

/** A row for each field of the envelope; together with the map's first byte their bytes are the message. */
function fieldRows({ bytes }: Sealed): string[] {
  const fields = Object.entries(decodeCanonical(bytes) as Readonly<Record<string, never>>);
  const parts = fields.map(([name, value]) => [name, hexOf(name), hexOf(value)] as const);
  const first = (0x80 + fields.length).toString(16);
  const whole = first + parts.map(([, name, value]) => name + value).join('');
  if (whole !== toHex(bytes)) throw new Error('the fields do not add up to the message');
  const short = (hex: string) => (hex.length > 40 ? `${hex.slice(0, 24)}…${hex.slice(-8)}` : hex);
  return [
    `| | \`${first}\` | a map of ${fields.length} |`,
    ...parts.map(([name, key, value]) => `| \`${name}\` | \`${key}\` | \`${short(value)}\` |`),
  ];
}

const hexOf = (value: Parameters<typeof encodeCanonical>[0]) => toHex(encodeCanonical(value));

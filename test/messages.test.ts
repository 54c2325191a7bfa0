import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { fromHex } from '../protocol/digest.ts';
import { openEnvelope } from '../protocol/envelope.ts';
import { MESSAGE_TYPES } from '../protocol/message-types.ts';
import { payloadOf } from '../protocol/messages.ts';
import { exampleMessages } from '../scripts/protocol/examples.ts';
import { messagePage } from '../scripts/protocol/message-page.ts';

const PAGE = readFileSync(new URL('../docs/messages.md', import.meta.url), 'utf8');

/** Each section's name, and the bytes of its last block. */
function shown(): [type: string, bytes: Uint8Array][] {
  const sections = PAGE.split('\n## ').slice(1);
  return sections.map((section) => {
    const [, name = ''] = /^`([a-z-]+)`/.exec(section) ?? [];
    const [, hex = ''] = /```\n([0-9a-f\n]+)\n```\s*$/.exec(section) ?? [];
    return [name, fromHex(hex.replaceAll('\n', ''))];
  });
}

describe('the page of messages in bytes', () => {
  it('has every kind of message once', () => {
    expect(shown().map(([type]) => type)).to.have.members([...MESSAGE_TYPES]);
  });

  it('has bytes that a node opens, and none of which may change', () => {
    for (const [type, bytes] of shown()) {
      const { envelope } = openEnvelope(bytes);
      expect(envelope.type).to.equal(type);
      expect(() => payloadOf(envelope.type, envelope)).not.to.throw();
      const spoilt = bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);
      expect(() => openEnvelope(spoilt), type).to.throw();
    }
  });

  it('is what npm run messages writes', () => {
    expect(messagePage(exampleMessages())).to.equal(PAGE);
  });
});

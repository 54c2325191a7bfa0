import { expect } from 'chai';
import { isMessageType, MESSAGE_TYPES, TOPICS, topicOf } from '../message-types.ts';

describe('message types', () => {
  it('are recognised by name, and nothing else is', () => {
    for (const type of MESSAGE_TYPES) expect(isMessageType(type)).to.equal(true);
    for (const other of [
      '',
      'Status',
      'status ',
      'toString',
      'length',
      '0',
      0,
      null,
      undefined,
      ['status'],
    ]) {
      expect(isMessageType(other)).to.equal(false);
    }
    expect(new Set(MESSAGE_TYPES).size).to.equal(MESSAGE_TYPES.length);
  });

  it('travel on one topic each, and every topic is used', () => {
    expect(topicOf('update-header')).to.equal('updates');
    expect(topicOf('recommendation')).to.equal('parameters');
    const on = (topic: string) => MESSAGE_TYPES.filter((type) => topicOf(type) === topic);
    expect(on('rounds')).to.have.members(['status', 'certificate']);
    expect(on('votes')).to.have.lengthOf(MESSAGE_TYPES.length - 4);
    expect(new Set(MESSAGE_TYPES.map(topicOf))).to.deep.equal(new Set(TOPICS));
  });
});

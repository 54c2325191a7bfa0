import { expect } from 'chai';
import { digestOfBytes } from '../digest.ts';
import { payloadOf } from '../messages.ts';
import { signerOf } from './arbitraries.ts';
import { errorOf } from './expect-error.ts';

const { nodeId } = signerOf(9);
const entry = digestOfBytes(new Uint8Array());
const read = (worse: unknown) =>
  payloadOf('prepare', {
    sender: nodeId,
    payload: { entry, outcome: 'rejected', worse } as never,
  });

describe('pairs that a prepare names', () => {
  it('are at most four names of head and collateral, ascending', () => {
    for (const worse of [
      [],
      ['peg/dai'],
      ['a/0', 'b/0', 'c/0', 'd/0'],
      [`${'h'.repeat(12)}/${'c'.repeat(19)}`],
    ])
      expect(read(worse).worse).to.deep.equal(worse);
    for (const worse of [
      ['risk/eth', 'peg/dai'],
      ['peg/dai', 'peg/dai'],
      ['a/0', 'b/0', 'c/0', 'd/0', 'e/0'],
      ['peg'],
      ['peg/dai\n'],
      ['peg/dai, buy'],
      ['peg/Dai'],
      [`${'h'.repeat(13)}/c`],
      [`h/${'c'.repeat(20)}`],
      'peg/dai',
      null,
    ])
      expect(errorOf(() => read(worse)).metadata.field, JSON.stringify(worse)).to.match(/^worse/);
  });
});

import type { WriteStream } from 'node:tty';
import { expect } from 'chai';
import { Progress } from '../progress.ts';

function streamOf(isTTY: boolean): { stream: WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) } as unknown as WriteStream;
  return { stream, written };
}

describe('progress', () => {
  it('rewrites one line in place on a terminal, and takes it away', () => {
    const { stream, written } = streamOf(true);
    const progress = new Progress(stream, true);
    progress.show('one');
    progress.show('two');
    progress.clear();
    progress.clear();
    expect(written).to.deep.equal(['\r\x1b[Kone', '\r\x1b[Ktwo', '\r\x1b[K']);
  });

  it('writes a line a change where there is no terminal, without control characters', () => {
    const { stream, written } = streamOf(false);
    const progress = new Progress(stream, true);
    progress.show('one');
    progress.show('one');
    progress.show('two');
    progress.note('a note');
    progress.clear();
    expect(written).to.deep.equal(['… one\n', '… two\n', 'a note\n']);
  });

  it('clears the line before a note on a terminal', () => {
    const { stream, written } = streamOf(true);
    const progress = new Progress(stream, true);
    progress.show('working');
    progress.note('stopping');
    expect(written).to.deep.equal(['\r\x1b[Kworking', '\r\x1b[K', 'stopping\n']);
  });

  it('says nothing at all when it is off', () => {
    for (const isTTY of [true, false]) {
      const { stream, written } = streamOf(isTTY);
      const progress = new Progress(stream, false);
      progress.show('one');
      progress.note('two');
      progress.clear();
      expect(written).to.deep.equal([]);
    }
  });
});

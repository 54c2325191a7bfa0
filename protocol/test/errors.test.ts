import { expect } from 'chai';
import fc from 'fast-check';
import { BallastError, closestWord, MessageError, UsageError } from '../errors.ts';
import { seeded } from './arbitraries.ts';

describe('errors', () => {
  it('carry code, message, metadata, hint and cause', () => {
    const cause = new Error('below');
    const error = new BallastError('SOME_CODE', 'got 1, expected 2', {
      metadata: { given: 1 },
      hint: 'try 2',
      cause,
    });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ code: 'SOME_CODE', message: 'got 1, expected 2', hint: 'try 2', cause });
    expect(error.metadata).to.deep.equal({ given: 1 });
    expect(String(error)).to.equal('BallastError: got 1, expected 2');
  });

  it('have no cause, no hint and empty metadata unless given', () => {
    const error = new BallastError('SOME_CODE', 'message');
    expect('cause' in error).to.equal(false);
    expect(error.hint).to.equal(undefined);
    expect(error.metadata).to.deep.equal({});
    expect(error.toObject()).to.deep.equal({ code: 'SOME_CODE', message: 'message', metadata: {} });
  });

  it('keep metadata of their own, which nobody changes', () => {
    const given = { field: 'a' };
    const error = new BallastError('SOME_CODE', 'message', { metadata: given });
    given.field = 'b';
    expect(error.metadata.field).to.equal('a');
    expect(Object.isFrozen(error.metadata)).to.equal(true);
    error.toObject().metadata.field = 'c';
    expect(error.metadata.field).to.equal('a');
  });

  it('cross a worker boundary and JSON as plain objects', () => {
    const plain = new UsageError('U', 'm', { hint: 'h', metadata: { n: 1 } }).toObject();
    expect(structuredClone(plain)).to.deep.equal({ code: 'U', message: 'm', hint: 'h', metadata: { n: 1 } });
    expect(JSON.parse(JSON.stringify(plain))).to.deep.equal(plain);
  });

  it('name their kind, and messages say what gossip does', () => {
    const usage = new UsageError('U', 'm');
    const message = new MessageError('ignore', 'M', 'm', { metadata: { field: 'f' } });
    expect(usage.name).to.equal('UsageError');
    expect(message.name).to.equal('MessageError');
    expect(message).to.include({ action: 'ignore', code: 'M' });
    expect(message.metadata).to.deep.equal({ field: 'f' });
    for (const error of [usage, message]) expect(error).to.be.instanceOf(BallastError);
    expect(usage).to.not.be.instanceOf(MessageError);
  });
});

describe('closestWord', () => {
  const WORDS = ['clipNorm', 'gridBits', 'normCheck', 'epsilonBudget', 'delta'];

  const CASES = [
    ['clipNrom', 'clipNorm'],
    ['clipnorm', 'clipNorm'],
    ['clipNorms', 'clipNorm'],
    ['ripNorm', 'clipNorm'],
    ['gridbit', 'gridBits'],
    // Neighbours in each other's place are one edit; two are more than a third of five letters.
    ['dleta', 'delta'],
    ['dxelt', undefined],
    ['epsilon', undefined],
    ['', undefined],
    ['zzzzzzzz', undefined],
  ] as const;
  for (const [word, closest] of CASES) {
    it(`of ${JSON.stringify(word)} is ${closest}`, () => {
      expect(closestWord(word, WORDS)).to.equal(closest);
    });
  }

  it('takes the nearest, and of equals the first', () => {
    expect(closestWord('abcdef', ['abcdxx', 'abcdex'])).to.equal('abcdex');
    expect(closestWord('abc', ['abx', 'aby'])).to.equal('abx');
    expect(closestWord('abc', [])).to.equal(undefined);
  });

  it('finds every word again after one insertion, deletion or replacement', () => {
    const edit = fc.record({
      word: fc.constantFrom(...WORDS),
      at: fc.nat({ max: 20 }),
      char: fc.constantFrom('x', 'Q', '7'),
      kind: fc.constantFrom('insert', 'delete', 'replace'),
    });
    fc.assert(
      fc.property(edit, ({ word, at, char, kind }) => {
        const place = at % word.length;
        const rest = word.slice(kind === 'insert' ? place : place + 1);
        const misspelt = word.slice(0, place) + (kind === 'delete' ? '' : char) + rest;
        expect(closestWord(misspelt, WORDS)).to.equal(word);
      }),
      seeded(300),
    );
  });
});

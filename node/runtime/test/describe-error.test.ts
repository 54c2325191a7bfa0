import { expect } from 'chai';
import { BallastError } from '../../../protocol/errors.ts';
import { describeError } from '../index.ts';

describe('an error in the log', () => {
  it('is its code and message, and a stack only where nobody foresaw it', () => {
    const known = new BallastError('SOME_CODE', 'what happened', { hint: 'a hint' });
    expect(describeError(known)).to.deep.equal({ code: 'SOME_CODE', message: 'what happened' });
    const unknown = describeError(new TypeError('oh'));
    expect(unknown.code).to.equal('UNEXPECTED');
    expect(unknown.message).to.include('describe-error.test.ts');
    expect(describeError('text')).to.deep.equal({ code: 'UNEXPECTED', message: 'text' });
  });
});

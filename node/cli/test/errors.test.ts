import { expect } from 'chai';
import { CommanderError, InvalidArgumentError } from 'commander';
import { BallastError, UsageError } from '../../../protocol/errors.ts';
import { explainError } from '../errors.ts';

describe('explaining an error', () => {
  it('is one line with the hint for a mistake, without a stack', () => {
    const error = new UsageError('SOME_CODE', 'field: got 3, expected 4', { hint: 'count again' });
    expect(explainError(error)).to.deep.equal({
      lines: ['ballast: field: got 3, expected 4 (count again)'],
      exitCode: 1,
    });
    expect(explainError(new BallastError('SOME_CODE', 'it failed')).lines).to.deep.equal([
      'ballast: it failed',
    ]);
  });

  it('stays one line where the message quotes several', () => {
    const { lines } = explainError(new BallastError('SOME_CODE', 'got {\r\n  "a": 1\n}, expected b'));
    expect(lines).to.have.length(1);
    expect(lines[0]).not.to.match(/[\r\n]/);
  });

  it('adds nothing to what commander has printed, and keeps success a success', () => {
    expect(explainError(new CommanderError(1, 'commander.unknownOption', 'said already'))).to.deep.equal({
      lines: [],
      exitCode: 1,
    });
    expect(explainError(new CommanderError(0, 'commander.helpDisplayed', 'help')).exitCode).to.equal(0);
    expect(explainError(new InvalidArgumentError('said already')).exitCode).to.equal(1);
  });

  it('asks to report what nobody foresaw, with its stack and an exit code of its own', () => {
    const { lines, exitCode } = explainError(new TypeError('undefined is not a function'));
    expect(exitCode).to.equal(70);
    expect(lines.join('\n')).to.include('please report').and.to.include('errors.test.ts');
    expect(explainError('a bare string').lines).to.deep.equal([
      'ballast: unexpected error, please report it: a bare string',
    ]);
  });
});

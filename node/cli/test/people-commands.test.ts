import { expect } from 'chai';
import { inProcess } from '../../test/e2e/in-process.ts';

const { refuse } = inProcess('no secret');
const WHY = ['--justification', 'a drill'];

/** What a person got wrong is said before any file is read or any chain is asked. */
describe('commands of guardians, identities and anyone', () => {
  for (const [args, words] of [
    [['breaker', 'halt', 'all', 'ETH'], 'got all ETH, expected all alone'],
    [['breaker', 'halt', 'vulnerable-minting'], 'expected what a guardian halts'],
    [['breaker', 'resume', 'class', '32'], 'expected a class from 0 to 31'],
    [['breaker', 'ask-resume', 'all'], "required option '--justification <text>'"],
    [['breaker', 'ask-resume', 'all', '--justification', ' '], 'got 0 characters, expected 1 to 2000'],
    [['breaker', 'stat'], "unknown command 'stat' (Did you mean status?)"],
    [['override', 'set', 'STABILITY_FEE', '--for', '31d', ...WHY], 'of 30d at most'],
    [['override', 'set', 'STABILITY_FEE', '--for', '0s', ...WHY], 'expected a duration such as 90s'],
    [['override', 'set', 'STABILITY_FEE', '--for', '12', ...WHY], 'expected a duration such as 90s'],
    [['proposal', 'vote', '12', 'yes'], 'got yes, expected against, for, abstain'],
    [['proposal', 'vote', '12', 'for', '--votes', '0'], 'expected a whole number from 1 to 1000'],
    [['proposal', 'advance', '12'], 'expected the URL of the chain’s endpoint'],
  ] as const) {
    it(`ballast ${args.join(' ')}`, async () => {
      expect(await refuse(args)).to.include(words);
    });
  }
});

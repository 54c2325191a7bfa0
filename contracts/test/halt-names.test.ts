import { expect } from 'chai';
import { BallastError } from '../../protocol/errors.ts';
import {
  haltName,
  haltText,
  idOfName,
  parameterId,
  parseGuardianHalt,
  parseHalt,
  proposalText,
} from '../client/index.ts';

function refusal(act: () => unknown): BallastError {
  try {
    act();
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('names of what is halted', () => {
  it('are read as they are written', () => {
    for (const [scope, key, text] of [
      ['all', undefined, 'all'],
      ['risk-raising', undefined, 'risk-raising'],
      ['vulnerable-minting', undefined, 'vulnerable-minting'],
      ['minting', undefined, 'minting'],
      ['minting', 'ETH', 'minting of ETH'],
      ['burning', 'ETH', 'burning of ETH'],
      ['class', '31', 'class 31'],
      ['parameter', 'STABILITY_FEE', 'parameter STABILITY_FEE'],
      ['parameter', 'ab'.repeat(32), `parameter ${'ab'.repeat(32)}`],
    ] as const) {
      const target = parseHalt(scope, key);
      expect(haltName(target)).to.deep.equal({ scope, key: key ?? null });
      expect(haltText(target)).to.equal(text);
    }
    expect(idOfName('ETH')).to.equal(parameterId('ETH'));
    expect(idOfName(`0x${'AB'.repeat(32)}`)).to.equal('ab'.repeat(32));
  });

  it('are refused where they say too much, too little or nothing that is known', () => {
    for (const [scope, key] of [
      ['all', 'ETH'],
      ['risk-raising', '1'],
      ['class', undefined],
      ['class', '32'],
      ['class', '01'],
      ['parameter', undefined],
      ['parameter', ''],
    ] as const)
      expect(refusal(() => parseHalt(scope, key)).code, `${scope} ${key}`).to.equal('HALT_SCOPE');
    expect(refusal(() => parseHalt('mintin')).hint).to.equal('did you mean minting?');
    expect(refusal(() => parseGuardianHalt('vulnerable-minting')).code).to.equal('HALT_SCOPE');
  });
});

describe('text of a proposal', () => {
  it('is all that follows its header and its calls', () => {
    const header = `ballast-proposal/1 emergency_action 0x${'a'.repeat(64)} 0x${'b'.repeat(64)}`;
    const opening = `${header}\n\nCalls:\n1. A.b(c: 1)\n2. D.e()\n`;
    expect(proposalText(`${opening}\nWhy now.\n\nCalls:\n1. none\n`)).to.equal(
      'Why now.\n\nCalls:\n1. none\n',
    );
    expect(proposalText(`${opening}\n`)).to.equal('');
    for (const other of [opening, header, '', `x${opening}\n`, `${header}\n\nCalls:\n\nWhy`])
      expect(proposalText(other), JSON.stringify(other)).to.equal(undefined);
  });
});

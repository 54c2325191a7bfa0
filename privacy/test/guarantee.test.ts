import { expect } from 'chai';
import type { PrivacyStatement } from '../../protocol/round-entry.ts';
import { ledgerAccountant } from '../charging.ts';
import { PRIVACY_UNITS } from '../events.ts';
import { accountantOf, coveredUnit, guaranteeOf, trustAssumption } from '../guarantee.ts';

const terms = { relation: 'replace', noiseMultiplier: 8, recordClipNorm: 1, epsilonBudget: 8, delta: 1e-5 };
type Terms = Parameters<typeof accountantOf>[0];
const parameters = (unit: PrivacyStatement['unit'], more: object = {}, training: object = {}) =>
  ({ privacy: { ...terms, unit, ...more }, training }) as Terms;

describe('privacy guarantee', () => {
  it('adds to a statement how it was counted and who is trusted', () => {
    const statement = { unit: 'node', relation: 'replace', epsilon: 2.5, delta: 1e-6 } as const;
    expect(guaranteeOf(statement, parameters('node'))).to.deep.equal({
      ...statement,
      accountant: 'gaussian',
      assumption: 'nobody is trusted: every node covers its whole update before it leaves',
    });
  });

  it('names no accountant where there is no guarantee', () => {
    expect(accountantOf(parameters('none'))).to.equal(null);
    const statement = { unit: 'none', relation: 'replace', epsilon: null, delta: 1e-6 } as const;
    expect(guaranteeOf(statement, parameters('none'))).to.include({ accountant: null, epsilon: null });
  });

  it('counts by the exact curve unless records are drawn in secret', () => {
    const drawn = { samplingRate: 0.1 };
    expect(accountantOf(parameters('record'))).to.equal('gaussian');
    expect(accountantOf(parameters('record', {}, { samplingRate: 1 }))).to.equal('gaussian');
    expect(accountantOf(parameters('record', { relation: 'add-remove' }, drawn))).to.equal('rdp');
    expect(accountantOf(parameters('record', {}, drawn))).to.equal('pld');
    expect(accountantOf(parameters('node', {}, drawn))).to.equal('gaussian');
    const factory = ledgerAccountant(parameters('record', { relation: 'add-remove' }, drawn));
    expect(factory('add-remove')).to.include({ name: 'rdp', relation: 'add-remove' });
  });

  it('names the unit that is covered', () => {
    expect(coveredUnit(parameters('record'))).to.equal('a day of examples of the node');
    const block = { record: { kind: 'block', days: 7 } };
    expect(coveredUnit(parameters('record', block))).to.equal('a block of 7 days of the node');
    expect(coveredUnit(parameters('node', block))).to.equal('all data of the node');
    expect(coveredUnit(parameters('none'))).to.equal('nobody');
  });

  it('has another assumption for every unit', () => {
    expect(new Set(PRIVACY_UNITS.map(trustAssumption)).size).to.equal(3);
    expect(trustAssumption('none')).to.include('everyone');
  });
});

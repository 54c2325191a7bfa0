import { expect } from 'chai';
import { preAggregatorNames, ruleNames, serverStepNames } from '../../../aggregation/index.ts';
import { epsilonOf } from '../../../privacy/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { localTrainingOptions } from '../../runtime/index.ts';
import { trainingRelease } from '../../training/index.ts';
import { assumedLiars, checkDevnetOptions, type DevnetOptions, devnetParameters } from '../options.ts';

const options = (fields: Partial<DevnetOptions> = {}): DevnetOptions => ({
  rounds: 10,
  nodes: 7,
  byzantine: 1,
  attack: 'sign-flip',
  boost: undefined,
  rule: 'multi-krum',
  privacy: 'record',
  data: undefined,
  seed: 1,
  exit: false,
  dataDir: '/nowhere',
  gate: true,
  normCheck: true,
  ...fields,
});

function refusedOr(act: () => void): BallastError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  return undefined;
}

function refusal(fields: Partial<DevnetOptions>): BallastError {
  const error = refusedOr(() => checkDevnetOptions(options(fields)));
  if (error === undefined) throw new Error('expected a refusal');
  return error;
}

describe('devnet options', () => {
  it('takes every rule, pre-aggregator and server step on seven nodes with one liar, or says what it needs', () => {
    for (const rule of [...ruleNames, ...preAggregatorNames, ...serverStepNames]) {
      const error = refusedOr(() => checkDevnetOptions(options({ rule })));
      if (rule === 'q-fedavg') expect(error?.code, rule).to.equal('RULE_NEEDS_LOSSES');
      else if (error !== undefined) {
        expect(error.code, `${rule}: ${error.message}`).to.equal('RULE_CONDITION');
        expect(error.message).to.match(/needs .*given n = 7/);
      }
    }
    for (const rule of [
      'fedavg',
      'krum',
      'multi-krum',
      'median',
      'trimmed-mean',
      'bulyan',
      'nnm',
      'fedadam',
      'scaffold',
    ])
      expect(() => checkDevnetOptions(options({ rule })), rule).not.to.throw();
  });

  it('writes the whole aggregation into the document, with what its text implies', () => {
    const nameOf = (rule: string) => devnetParameters(options({ rule })).rule;
    expect(nameOf('nnm')).to.deep.equal({ name: 'nnm+trimmed-mean', f: 1 });
    expect(nameOf('fedadam:lr=0.1')).to.deep.equal({ name: 'fedavg+fedadam:lr=0.1', f: 0 });
    expect(nameOf('clipping:radius=2+nnm+trimmed-mean+fedavgm')).to.deep.equal({
      name: 'clipping:radius=2+nnm+trimmed-mean+fedavgm',
      f: 1,
    });
    expect(refusal({ rule: 'trimmed-mean+nnm' }).code).to.equal('RULE_ORDER');
    expect(refusal({ rule: 'krum:m=2' }).code).to.equal('RULE_OPTION');
    expect(refusal({ rule: 'nnm+bulyan', nodes: 6 }).code).to.equal('RULE_CONDITION');
    expect(refusal({ rule: 'scaffold:clients=5' }).code).to.equal('RULE_CONDITION');
  });

  it('hands the proximal term on, and refuses one that is none', () => {
    expect(devnetParameters(options({ prox: 0.1 })).training.proximal).to.equal(0.1);
    expect(devnetParameters(options()).training).to.not.have.property('proximal');
    expect(refusal({ prox: 0.1, rule: 'scaffold' }).code).to.equal('NETWORK_TRAINING');
    for (const prox of [-1, Number.NaN, 1e7]) expect(refusal({ prox }).metadata.flag).to.equal('prox');
  });

  it('hands on what a record is and how many of them are drawn, with as many days behind them', () => {
    const { privacy, training } = devnetParameters(options({ recordDays: 7, samplingRate: 0.25 }));
    expect(privacy.record).to.deep.equal({ kind: 'block', days: 7 });
    expect(training).to.include({ nominalRecords: 37, samplingRate: 0.25 });
    const plain = devnetParameters(options());
    expect(plain.privacy).not.to.have.property('record');
    expect(plain.training).to.include({ nominalRecords: 256 }).and.not.to.have.property('samplingRate');
    for (const samplingRate of [0, 1.5, Number.NaN]) {
      expect(refusal({ samplingRate }).metadata.flag).to.equal('sampling-rate');
    }
    for (const days of [4, 400, 7.5]) expect(refusal({ recordDays: days }).metadata.flag).to.equal('record');
  });

  it('hands epochs on, and takes nodes that join only where there are some', () => {
    expect(devnetParameters(options({ epochRounds: 3 })).committee?.epochRounds).to.equal(3);
    expect(devnetParameters(options())).not.to.have.property('committee');
    expect(() => checkDevnetOptions(options({ epochRounds: 3, joining: 33 }))).not.to.throw();
    for (const votingSeconds of [1, 2.5, 3601])
      expect(refusal({ votingSeconds }).metadata.flag).to.equal('voting-seconds');
    for (const epochRounds of [0, 1.5, 1001])
      expect(refusal({ epochRounds }).metadata.flag).to.equal('epoch-rounds');
    for (const fields of [{ joining: 1 }, { epochRounds: 3, joining: 34 }, { epochRounds: 3, joining: -1 }])
      expect(refusal(fields).metadata.flag).to.equal('joining');
  });

  const refused: readonly (readonly [Partial<DevnetOptions>, string])[] = [
    [{ rounds: 0 }, '--rounds: got 0, expected a whole number from 1 to 1000'],
    [{ rounds: 1001 }, '--rounds: got 1001, expected a whole number from 1 to 1000'],
    [{ nodes: 3 }, '--nodes: got 3, expected a whole number from 4 to 40'],
    [{ nodes: 41 }, '--nodes: got 41, expected a whole number from 4 to 40'],
    [{ byzantine: 3 }, '--byzantine: got 3, expected a whole number from 0 to 2, the most that 7 nodes bear'],
    [{ byzantine: -1 }, '--byzantine: got -1, expected'],
    [{ seed: -1 }, '--seed: got -1, expected a whole number from 0'],
  ];
  for (const [fields, message] of refused) {
    it(`refuses ${JSON.stringify(fields)}`, () => {
      const error = refusal(fields);
      expect(error.code).to.equal('DEVNET_OPTION');
      expect(error.message).to.include(message);
      expect(error.metadata.flag).to.equal(Object.keys(fields)[0]);
    });
  }

  it('takes the most liars that the network bears, and not one more', () => {
    for (let nodes = 5; nodes <= 40; nodes++) {
      const most = Math.floor((nodes - 1) / 3);
      expect(() => checkDevnetOptions(options({ nodes, byzantine: most, rule: 'median' }))).not.to.throw();
      expect(refusal({ nodes, byzantine: most + 1, rule: 'median' }).code).to.equal('DEVNET_OPTION');
    }
  });

  it('refuses a rule that it does not know and names the nearest', () => {
    const error = refusal({ rule: 'krumm' });
    expect(error.code).to.equal('RULE_UNKNOWN');
    expect(error.hint).to.equal('did you mean krum?');
  });

  it('refuses a rule that cannot be with so few nodes, and names n and f', () => {
    const error = refusal({ nodes: 4, rule: 'multi-krum' });
    expect(error.code).to.equal('RULE_CONDITION');
    expect(error.message)
      .to.match(/n = 4|n 4|4 rows/)
      .and.to.match(/f = 1|f 1/);
  });

  it('assumes a liar even where none was asked for, except under an average', () => {
    expect(assumedLiars({ rule: 'multi-krum', byzantine: 0 })).to.equal(1);
    expect(assumedLiars({ rule: 'krum', byzantine: 2 })).to.equal(2);
    expect(assumedLiars({ rule: 'fedavg', byzantine: 2 })).to.equal(0);
    expect(assumedLiars({ rule: 'clipping+fednova', byzantine: 2 })).to.equal(0);
  });

  it('gives every mode a budget that lasts for its rounds, and never less noise than it states', () => {
    for (const privacy of ['record', 'node'] as const) {
      const parameters = devnetParameters(options({ privacy, rounds: 10 }));
      const release = trainingRelease(localTrainingOptions(parameters));
      const epsilon = epsilonOf(
        Array.from({ length: 10 }, () => release),
        parameters.privacy.delta,
      );
      expect(epsilon, privacy).to.be.at.most(parameters.privacy.epsilonBudget);
      expect(parameters.privacy.unit).to.equal(privacy);
    }
    const off = devnetParameters(options({ privacy: 'off' }));
    expect(off.privacy).to.include({ unit: 'none', noiseMultiplier: 0 });
  });

  it('hands the gate and the norm check on', () => {
    expect(devnetParameters(options({ gate: false })).gate.enabled).to.equal(false);
    expect(devnetParameters(options({ normCheck: false })).update.normCheck).to.equal(false);
  });
});

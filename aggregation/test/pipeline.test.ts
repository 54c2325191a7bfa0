import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Pipeline,
  parsePipeline,
  pipelineText,
  preAggregatorEntry,
  preAggregatorNames,
  ruleEntry,
  ruleNames,
  serverStepEntry,
  serverStepNames,
  type Term,
} from '../index.ts';
import { MAX_PIPELINE_TEXT } from '../pipeline.ts';
import { errorOf } from './support.ts';

function termsOf(
  names: readonly string[],
  optionsOf: (name: string) => readonly string[],
): fc.Arbitrary<Term> {
  return fc.constantFrom(...names).chain((name) => {
    const number = fc.oneof(
      fc.integer(),
      fc.constantFrom(1e21, 1.5e-7, 1e300, 0.1),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
    );
    const keys = fc.subarray([...optionsOf(name)]);
    return keys
      .chain((taken) => fc.tuple(...taken.map((key) => fc.tuple(fc.constant(key), number))))
      .map((entries) => ({ name, options: Object.fromEntries(entries) }));
  });
}

const pipelines: fc.Arbitrary<Pipeline> = fc.record({
  before: fc.array(
    termsOf(preAggregatorNames, (name) => preAggregatorEntry(name).options),
    { maxLength: 2 },
  ),
  rule: termsOf(ruleNames, (name) => ruleEntry(name).options),
  server: fc.option(
    termsOf(serverStepNames, (name) => serverStepEntry(name).options),
    { nil: undefined },
  ),
});

describe('text of an aggregation', () => {
  it('is read into its parts and options', () => {
    expect(parsePipeline('clipping:radius=2+nnm+multi-krum:f=1,m=3+fedadam:lr=0.1,tau=1e-3')).to.deep.equal({
      before: [
        { name: 'clipping', options: { radius: 2 } },
        { name: 'nnm', options: {} },
      ],
      rule: { name: 'multi-krum', options: { f: 1, m: 3 } },
      server: { name: 'fedadam', options: { lr: 0.1, tau: 0.001 } },
    });
  });

  it('implies the trimmed mean behind pre-aggregators, FedAvg before a server step alone', () => {
    const texts = ['nnm', 'nnm+fedavgm', 'fedadam:lr=0.5', 'median', 'nnm+krum+fedyogi'];
    expect(texts.map((text) => pipelineText(parsePipeline(text)))).to.deep.equal([
      'nnm+trimmed-mean',
      'nnm+trimmed-mean+fedavgm',
      'fedavg+fedadam:lr=0.5',
      'median',
      'nnm+krum+fedyogi',
    ]);
  });

  it('is written and read back as it was', () => {
    fc.assert(
      fc.property(pipelines, (pipeline) => {
        const text = pipelineText(pipeline);
        fc.pre(text.length <= MAX_PIPELINE_TEXT);
        expect(parsePipeline(text)).to.deep.equal(pipeline);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('is read or refused with a reason, whatever is written', () => {
    const piece = fc.constantFrom(
      ...[...ruleNames, ...preAggregatorNames, ...serverStepNames],
      ...['+', ':', ',', '=', 'f', 'lr', '1', '-', '.', 'e', '', ' ', '__proto__', 'constructor', '\n'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          const pipeline = parsePipeline(pieces.join(''));
          expect(parsePipeline(pipelineText(pipeline))).to.deep.equal(pipeline);
        } catch (error) {
          expect(error).to.have.property('code').that.is.oneOf(['RULE_UNKNOWN', 'RULE_OPTION', 'RULE_ORDER']);
        }
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it('suggests the closest of all names for one that is none', () => {
    for (const [given, closest] of [
      ['fedadm', 'fedadam'],
      ['nmm+median', 'nnm'],
      ['median+fedyogy', 'fedyogi'],
      ['trimmedmean', 'trimmed-mean'],
      ['Krum', 'krum'],
    ]) {
      const error = errorOf(() => parsePipeline(given ?? ''));
      expect(error.code, given).to.equal('RULE_UNKNOWN');
      expect(error.hint, given).to.equal(`did you mean ${closest}?`);
      for (const name of ['krum', 'nnm', 'fedadam']) expect(error.message).to.include(name);
    }
    for (const text of ['', '+', 'median+', '+median', ' median', 'MEDIAN :', '__proto__', 'toString']) {
      expect(errorOf(() => parsePipeline(text)).code, `"${text}"`).to.equal('RULE_UNKNOWN');
    }
  });

  it('has parts in one order only', () => {
    for (const [text, name] of [
      ['median+nnm', 'nnm'],
      ['median+krum', 'krum'],
      ['fedadam+median', 'median'],
      ['fedadam+nnm', 'nnm'],
      ['fedadam+fedavgm', 'fedavgm'],
      ['nnm+fedadam+median', 'median'],
    ]) {
      const error = errorOf(() => parsePipeline(text ?? ''));
      expect(error.code, text).to.equal('RULE_ORDER');
      expect(error.message, text).to.include(` ${name} is out of place`);
      expect(error.hint).to.include('nnm+trimmed-mean+fedadam');
    }
  });

  it('has each option that a part takes at most once, as a decimal number', () => {
    for (const text of [
      'median:',
      'median:m=1',
      'median:f',
      'median:f=',
      'median:f=x',
      'median:f=1=2',
      'median:f=1,f=2',
      'median:f=0x10',
      'median:f=1:f=2',
      'median:f=1,',
      'median:f= 1',
      'median:f=1e999',
      'median:f=1..2',
      'median:f=Infinity',
      'median:__proto__=1',
      'fedadam:beta1=0.9,clients=3',
      'clipping:radius=1,radius=1+median',
    ]) {
      const error = errorOf(() => parsePipeline(text));
      expect(error.code, text).to.equal('RULE_OPTION');
      expect(error.message, text).to.include('got "').and.include('expected');
    }
  });

  it('is bounded in length', () => {
    const error = errorOf(() => parsePipeline('x'.repeat(MAX_PIPELINE_TEXT + 1)));
    expect(error.code).to.equal('RULE_ORDER');
    expect(error.message).to.include('201 characters');
  });
});

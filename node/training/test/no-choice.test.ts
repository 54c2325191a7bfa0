import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { float64Engine, type RecordGradients, TRAINING_DEFAULTS, trainLocally } from '../index.ts';

// A checkpoint chosen on private rows is a release. None is: the number of steps is fixed and the last is kept.

describe('training makes no choice on private rows', () => {
  it('takes every step, asks for one gradient a step, and keeps the last, whatever they say', () => {
    for (const grows of [1, 10, 0, -1]) {
      let calls = 0;
      const gradients: RecordGradients = {
        perRecord: () => Float64Array.of(0.1 * grows ** calls++),
        dispose: () => {},
      };
      const options = { ...TRAINING_DEFAULTS, unit: 'none', learningRate: 1, nominalRecords: 1 } as const;
      const steps = 5;
      const update = trainLocally(gradients, new Float64Array(1), { ...options, localSteps: steps }, () => {
        throw new Error('no noise is drawn');
      });
      expect(calls).to.equal(steps);
      const { recordClipNorm: bound } = options;
      const sum = Array.from({ length: steps }, (_, k) =>
        Math.max(-bound, Math.min(bound, 0.1 * grows ** k)),
      ).reduce((a, b) => a + b, 0);
      expect(update[0]).to.be.closeTo(-sum, 1e-9);
    }
    expect(float64Engine).to.have.all.keys('name', 'open', 'openRisk');
  });

  it('knows no loss and no metric: nothing in its folder imports what judges a model', () => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
    const judges = ['evaluate', 'risk-evaluate', 'assess', 'bootstrap'].flatMap((file) =>
      [...read(`../../models/${file}.ts`).matchAll(/export (?:async )?function (\w+)/g)].map(
        ([, name]) => name,
      ),
    );
    expect(judges).to.include('pegLoss').and.have.length.greaterThan(5);
    for (const file of readdirSync(new URL('../', import.meta.url)).filter((name) => name.endsWith('.ts'))) {
      const words = new Set(read(`../${file}`).match(/\w+/g));
      for (const judge of judges) expect(words.has(judge ?? ''), `${file}: ${judge}`).to.equal(false);
    }
  });
});

import { expect } from 'chai';
import { createRule } from '../../../aggregation/index.ts';
import { alieDeviation, attackEntry, attackNames, createAttack } from '../index.ts';
import { normalQuantile } from '../normal-quantile.ts';
import { aggregationOf, codeOf, expectClose, seeded, toRows } from './support.ts';
import vectors from './vectors/attacks.json' with { type: 'json' };

describe('attacks', () => {
  for (const { input, honest: values, signFlip, ipm, alie, mimic } of vectors.cases) {
    describe(`on the honest rows of ${input}`, () => {
      const honest = toRows(values);
      const own = honest[0] ?? new Float64Array();
      const mean = createRule('fedavg').aggregate(honest).vector;

      it('sign flip, of the mean as in the vector and of the own update', () => {
        expectClose(createAttack('sign-flip').craft({ own: mean }), signFlip);
        expectClose(
          createAttack('sign-flip', { boost: 4 }).craft({ own }),
          [...own].map((x) => -4 * x),
        );
      });

      for (const { tau, vector } of ipm) {
        it(`inner-product manipulation, ${tau}`, () => {
          expectClose(createAttack('ipm', { boost: tau }).craft({ own, honest }), vector);
        });
      }

      it(`a little is enough, z = ${alie.z}`, () => {
        expectClose(createAttack('alie', { z: alie.z }).craft({ own, honest }), alie.vector);
      });

      it(`mimic, ${mimic.index}`, () => {
        expectClose(createAttack('mimic', { index: mimic.index }).craft({ own, honest }), mimic.vector);
      });
    });
  }

  for (const { n, f, z } of vectors.closedForm) {
    it(`the closed form of ALIE for n = ${n}, f = ${f} is ${z.toFixed(4)}`, () => {
      expect(alieDeviation(n, f)).to.be.closeTo(z, 1e-12);
    });
  }

  it('ALIE without z takes the closed form over honest and liars', () => {
    const honest = Array.from({ length: 16 }, (_, i) => Float64Array.of(i, -i));
    const closed = createAttack('alie', { f: 4 }).craft({ own: Float64Array.of(0, 0), honest });
    const given = createAttack('alie', { z: alieDeviation(20, 4) }).craft({
      own: Float64Array.of(0, 0),
      honest,
    });
    expect(closed).to.deep.equal(given);
  });

  it('the normal quantile has its tabulated values', () => {
    // Abramowitz and Stegun, table 26.5, with more digits.
    for (const [p, x] of [
      [0.5, 0],
      [0.75, 0.674489750196082],
      [0.9, 1.281551565544601],
      [0.975, 1.959963984540054],
      [0.999, 3.090232306167813],
    ] as const) {
      expect(normalQuantile(p), `${p}`).to.be.closeTo(x, 1e-12);
      expect(normalQuantile(1 - p), `${1 - p}`).to.be.closeTo(-x, 1e-12);
    }
  });

  it('zero changes nothing', () => {
    const crafted = createAttack('zero').craft({ own: Float64Array.of(1, 2, 3) });
    expect([...crafted]).to.deep.equal([0, 0, 0]);
  });

  it('gaussian noise has the norm asked for, the moments of a normal law, and repeats with its seed', () => {
    const own = Float64Array.from({ length: 20_000 }, (_, k) => (k % 2 === 0 ? 3 : -1));
    const sigma = 2 * Math.sqrt(5); // boost × root mean square of 3 and −1
    const craft = (seed: string): Float64Array =>
      createAttack('gaussian', { boost: 2 }).craft({ own, random: seeded(seed) });
    const noise = craft('a').map((x) => x / sigma);
    const moment = (power: number): number => noise.reduce((sum, x) => sum + x ** power, 0) / noise.length;
    // Five standard errors of each moment at 20,000 draws: √(1, 2, 15, 96)/141.
    expect(moment(1)).to.be.closeTo(0, 0.036);
    expect(moment(2)).to.be.closeTo(1, 0.05);
    expect(moment(3)).to.be.closeTo(0, 0.137);
    expect(moment(4)).to.be.closeTo(3, 0.347);
    expect(craft('a')).to.deep.equal(craft('a'));
    expect(craft('b')).not.to.deep.equal(craft('a'));
  });

  it('those that are not made of the honest updates run without them, the others say that they need them', () => {
    const own = Float64Array.of(1, -2, 3);
    const before = [...own];
    for (const name of attackNames) {
      const attack = createAttack(name, name === 'alie' ? { z: 1 } : {});
      expect(attack.name).to.equal(name);
      expect(attack.needs).to.equal(attackEntry(name).needs);
      const act = (): Float64Array => attack.craft({ own, random: seeded('s') });
      if (attack.needs !== 'honest') expect(act().length).to.equal(3);
      else expect(codeOf(act), name).to.equal('ATTACK_NEEDS');
    }
    expect([...own]).to.deep.equal(before);
  });

  it('never write to what they are shown, and give a vector of their own', () => {
    const honest = toRows([
      [0.3, -1, 0],
      [0.2, -2, 1],
      [0.4, -1.5, 2],
      [0.1, -1.2, -1],
      [0.3, -1.3, 1],
    ]);
    const before = honest.map((row) => [...row]);
    const [own = new Float64Array()] = honest;
    for (const name of attackNames) {
      const view = {
        own,
        honest,
        liars: 1,
        aggregation: aggregationOf('trimmed-mean', 1),
        random: seeded('s'),
      };
      const crafted = createAttack(name, name === 'alie' ? { z: 1 } : {}).craft(view);
      expect(crafted.length, name).to.equal(3);
      expect(honest, name).not.to.include(crafted);
      crafted.fill(9);
      expect(
        honest.map((row) => [...row]),
        name,
      ).to.deep.equal(before);
    }
  });

  it('that draw refuse to run without a source', () => {
    const honest = toRows([[1], [2], [4], [3], [5]]);
    for (const name of attackNames) {
      const attack = createAttack(name, name === 'alie' ? { z: 1 } : {});
      const view = {
        own: Float64Array.of(1),
        honest,
        liars: 1,
        aggregation: aggregationOf('trimmed-mean', 1),
      };
      expect(
        codeOf(() => attack.craft(view)),
        name,
      ).to.equal(attack.random ? 'ATTACK_NEEDS' : undefined);
    }
  });

  it('refuse unknown names, with a suggestion, and options they do not take', () => {
    expect(() => createAttack('signflip'))
      .to.throw('"signflip"')
      .with.property('hint', 'did you mean sign-flip?');
    expect(codeOf(() => createAttack('constructor'))).to.equal('ATTACK_UNKNOWN');
    expect(() => createAttack('zero', { boost: 2 })).to.throw('zero takes no option boost, expected none');
    for (const boost of [0, -1, Number.NaN, Infinity]) {
      for (const name of ['sign-flip', 'gaussian', 'ipm', 'lying-weight']) {
        expect(codeOf(() => createAttack(name, { boost }))).to.equal('ATTACK_OPTION');
      }
    }
    for (const index of [-1, 0.5, Number.NaN]) {
      expect(codeOf(() => createAttack('mimic', { index }))).to.equal('ATTACK_OPTION');
    }
    expect(codeOf(() => createAttack('lying-weight', { claim: 0 }))).to.equal('ATTACK_OPTION');
    expect(() => createAttack('min-max', { perturbation: 'sign' as 'sgn' })).to.throw(
      'min-max: perturbation is sign, expected std, uv, sgn',
    );
    for (const options of [{}, { z: Number.NaN }, { f: 0 }, { f: 1.5 }]) {
      expect(codeOf(() => createAttack('alie', options))).to.equal('ATTACK_OPTION');
    }
  });

  it('ALIE refuses one honest update and half liars', () => {
    const own = Float64Array.of(1);
    expect(codeOf(() => createAttack('alie', { z: 1 }).craft({ own, honest: [own] }))).to.equal(
      'ATTACK_CONDITION',
    );
    expect(codeOf(() => createAttack('alie', { f: 2 }).craft({ own, honest: [own, own] }))).to.equal(
      'ATTACK_CONDITION',
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { fourierError, RealFourier } from '../fft.ts';

function naive(signal: Float64Array): { readonly re: number[]; readonly im: number[] } {
  const size = signal.length;
  const bins = Array.from({ length: size / 2 + 1 }, (_, k) => k);
  const at = (k: number, part: (angle: number) => number) =>
    signal.reduce((sum, x, j) => sum + x * part((2 * Math.PI * ((j * k) % size)) / size), 0);
  return { re: bins.map((k) => at(k, Math.cos)), im: bins.map((k) => -at(k, Math.sin)) };
}

describe('the Fourier transform of the loss', () => {
  it('equals the sum that defines it, within its stated error', () => {
    for (const size of [4, 8, 16, 32, 64, 512]) {
      const signal = Float64Array.from({ length: size }, (_, j) => Math.sin(j * j + 1));
      const total = signal.reduce((sum, x) => sum + Math.abs(x), 0);
      const [re, im] = [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];
      new RealFourier(size).forward(signal, re, im);
      const expected = naive(signal);
      // The reference itself sums `size` terms.
      const allowed = total * (fourierError(size) + size * 2 ** -53);
      for (let k = 0; k <= size / 2; k++) {
        expect(Math.abs((re[k] ?? 0) - (expected.re[k] ?? 0))).to.be.at.most(allowed);
        expect(Math.abs((im[k] ?? 0) - (expected.im[k] ?? 0))).to.be.at.most(allowed);
      }
    }
  });

  it('comes back to the signal, and convolves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 11 }), fc.integer({ min: 1, max: 1000 }), (bits, seed) => {
        const size = 2 ** bits;
        const fourier = new RealFourier(size);
        const signal = Float64Array.from({ length: size }, (_, j) => Math.abs(Math.sin(j * seed + 1)));
        const [re, im] = [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];
        fourier.forward(signal, re, im);
        // exp(−2πik/size) moves the signal on by one.
        for (let k = 0; k <= size / 2; k++) {
          const angle = (2 * Math.PI * k) / size;
          const [r, i] = [re[k] ?? 0, im[k] ?? 0];
          re[k] = r * Math.cos(angle) + i * Math.sin(angle);
          im[k] = i * Math.cos(angle) - r * Math.sin(angle);
        }
        const back = new Float64Array(size);
        fourier.inverse(re, im, back);
        const norm = Math.sqrt(signal.reduce((sum, x) => sum + x * x, 0));
        for (let j = 0; j < size; j++) {
          const difference = Math.abs((back[(j + 1) % size] ?? 0) - (signal[j] ?? 0));
          expect(difference).to.be.at.most(3 * norm * fourierError(size));
        }
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  it('refuses lengths that are no power of two', () => {
    for (const size of [0, 2, 12, 2 ** 27])
      expect(() => new RealFourier(size)).to.throw(RangeError, `${size}`);
  });
});

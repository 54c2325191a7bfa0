import { expect } from 'chai';
import fc from 'fast-check';
import {
  BPS,
  formatUnit,
  formatWadPercent,
  parseUnit,
  RAY,
  rayFromWad,
  WAD,
  wadFromBps,
  wadFromRay,
} from '../units.ts';
import { seeded } from './arbitraries.ts';
import { codeOf } from './expect-error.ts';

const amounts = fc.bigInt({ min: -(2n ** 256n), max: 2n ** 256n });
const decimals = fc.constantFrom(0, 1, 6, 18, 27);

describe('units', () => {
  it('reads back what it formats', () => {
    fc.assert(
      fc.property(amounts, decimals, (value, places) => {
        expect(parseUnit(formatUnit(value, places), places)).to.equal(value);
      }),
      seeded(500),
    );
  });

  it('formats the shortest decimal', () => {
    fc.assert(
      fc.property(amounts, decimals, (value, places) => {
        expect(formatUnit(value, places)).to.match(/^(0|-?([1-9]\d*|0\.\d*[1-9]|[1-9]\d*\.\d*[1-9]))$/);
      }),
      seeded(500),
    );
  });

  const FORMS = [
    ['0', 18, 0n, '0'],
    ['-0', 18, 0n, '0'],
    ['1', 18, WAD, '1'],
    ['0.05', 18, 5n * 10n ** 16n, '0.05'],
    ['-12.5', 18, -125n * 10n ** 17n, '-12.5'],
    ['007.50', 18, 75n * 10n ** 17n, '7.5'],
    ['0.000000000000000001', 18, 1n, '0.000000000000000001'],
    ['-0.000000000000000001', 18, -1n, '-0.000000000000000001'],
    ['1', 27, RAY, '1'],
    ['0.000000000000000000000000001', 27, 1n, '0.000000000000000000000000001'],
    ['42', 0, 42n, '42'],
  ] as const;
  for (const [text, places, value, shortest] of FORMS) {
    it(`reads ${text} with ${places} decimals`, () => {
      expect(parseUnit(text, places)).to.equal(value);
      expect(formatUnit(value, places)).to.equal(shortest);
    });
  }

  const MALFORMED = ['', '-', '.', '.5', '5.', '+1', '1e3', '1,5', ' 1', '1 ', '1\n', '0x1', '--1', '1.2.3'];
  for (const text of [...MALFORMED, 'NaN', 'Infinity', '١', '1_000']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(codeOf(() => parseUnit(text, 18))).to.equal('UNIT_MALFORMED');
    });
  }

  it('refuses more decimals than the unit has instead of rounding', () => {
    expect(codeOf(() => parseUnit(`0.${'0'.repeat(18)}1`, 18))).to.equal('UNIT_MALFORMED');
    expect(codeOf(() => parseUnit(`1.${'0'.repeat(19)}`, 18))).to.equal('UNIT_MALFORMED');
    expect(codeOf(() => parseUnit('1.0', 0))).to.equal('UNIT_MALFORMED');
  });

  it('converts basis points and wads upwards exactly', () => {
    expect(wadFromBps(BPS)).to.equal(WAD);
    expect(wadFromBps(1n)).to.equal(10n ** 14n);
    expect(rayFromWad(WAD)).to.equal(RAY);
    fc.assert(
      fc.property(amounts, (value) => {
        expect(wadFromBps(value) * BPS).to.equal(value * WAD);
        expect(wadFromRay(rayFromWad(value))).to.equal(value);
      }),
      seeded(300),
    );
  });

  it('rounds rays to wads toward zero', () => {
    expect(wadFromRay(1_999_999_999n)).to.equal(1n);
    expect(wadFromRay(-1_999_999_999n)).to.equal(-1n);
    expect(wadFromRay(999_999_999n)).to.equal(0n);
    fc.assert(
      fc.property(amounts, (ray) => {
        const lost = ray - rayFromWad(wadFromRay(ray));
        const magnitude = lost < 0n ? -lost : lost;
        expect(magnitude < 10n ** 9n && (lost === 0n || lost < 0n === ray < 0n)).to.equal(true);
      }),
      seeded(300),
    );
  });

  const HALF = WAD / BPS / 2n;
  const PERCENTS = [
    [0n, '0.00 %'],
    [WAD, '100.00 %'],
    [wadFromBps(525n), '5.25 %'],
    [wadFromBps(-525n), '-5.25 %'],
    [wadFromBps(5n), '0.05 %'],
    [wadFromBps(-5n), '-0.05 %'],
    [HALF, '0.01 %'],
    [HALF - 1n, '0.00 %'],
    [-HALF, '-0.01 %'],
    [-HALF + 1n, '0.00 %'],
    [3n * HALF, '0.02 %'],
    [12_345n * WAD, '1234500.00 %'],
  ] as const;
  for (const [rate, text] of PERCENTS) {
    it(`writes the wad rate ${rate} as ${text}`, () => {
      expect(formatWadPercent(rate)).to.equal(text);
    });
  }

  it('writes percentages within half a basis point, alike on both sides of zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 100n * WAD }), (rate) => {
        const shown = parseUnit(formatWadPercent(rate).replace(' %', ''), 16);
        const error = shown > rate ? shown - rate : rate - shown;
        expect(error <= HALF).to.equal(true);
        const negative = formatWadPercent(-rate);
        expect(negative).to.equal(shown === 0n ? '0.00 %' : `-${formatWadPercent(rate)}`);
      }),
      seeded(500),
    );
  });
});

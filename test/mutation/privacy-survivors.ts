import type { Survivor } from './survivors.ts';

const BEHIND = 'one step more reads or writes behind the end of typed arrays, where nothing is';
const SLACK =
  'only the room for rounding changes, and what is left of it is above the error that references of 60 digits show';
const START = 'any beginning will do: what is too low is doubled, what is too high is halved';

/** Every survivor of `privacy/`, reviewed. One that a test kills after all must go from the list. */
export const PRIVACY_SURVIVORS: readonly Survivor[] = [
  {
    path: 'privacy/clip.ts',
    code: 'if (magnitude > largest) largest = magnitude;',
    change: '> → >=',
    reason: 'of two equal magnitudes either is the largest',
  },
  {
    path: 'privacy/grid.ts',
    code: 'if (magnitude > 0x20_0000) {',
    change: '> → >=',
    reason: 'both ways of squaring are exact at 2^21',
  },
  {
    path: 'privacy/grid.ts',
    code: 'if (partial > 2 ** 52) {',
    change: /^(?:> → [<>]=|2 → 1)$/,
    reason: 'the partial sum is exact whenever it is handed on',
  },
  {
    path: 'privacy/ledger-cost.ts',
    code: 'if (least > charges.#loss) charges.#loss = least;',
    change: '> → >=',
    reason: 'of two equal losses either is the larger',
  },
  {
    path: 'privacy/ledger-report.ts',
    code: 'beyond = Math.min(2 * beyond, MAX_ROUNDS);',
    change: 'min → max',
    reason: 'the search goes up to a million at once',
  },
  {
    path: 'privacy/mechanism.ts',
    code: 'for (let i = 0; i < dimension; i++) sum[i]! += Math.trunc(clipped[i]! * scale);',
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'privacy/mechanism.ts',
    code: 'for (let i = 0; i < dimension; i++) sum[i]! += draw();',
    change: '< → <=',
    reason: 'a draw more is lost behind the end; no other sum has its bytes',
  },
  {
    path: 'privacy/poisson-sample.ts',
    code: 'for (let i = 0; i < count; i++) {',
    change: '< → <=',
    reason: 'a trial more is lost behind the end; no other sample has its bytes',
  },
  {
    path: 'privacy/random-integers.ts',
    code: 'const mask = rest >= WORD - 1 ? WORD - 1 : (1 << (32 - Math.clz32(rest))) - 1;',
    change: /^(?:>= → >|- → \+|1 → [02])$/,
    nth: 1,
    reason: 'from 2^16 − 1 on either side of the choice keeps all 16 bits',
  },
  {
    path: 'privacy/random-integers.ts',
    code: 'if (drawn !== digit) return drawn < digit;',
    change: '< → <=',
    reason: 'the two differ here',
  },
  {
    path: 'privacy/rational.ts',
    code: 'let root = 1n << BigInt((value.toString(2).length + 1) >> 1);',
    change: '1 → 2',
    nth: 1,
    reason: 'Newton’s iteration begins further above',
  },
  {
    path: 'privacy/rational.ts',
    code: 'let root = 1n << BigInt((value.toString(2).length + 1) >> 1);',
    change: '1 → 0',
    nth: 2,
    reason: 'Newton’s iteration begins further above',
  },
  {
    path: 'privacy/accountants/gaussian-accountant.ts',
    code: 'logSurvival: (a.logSurvival + b.logSurvival) * (1 + 2 * UNIT_ROUNDOFF),',
    change: /^2 → [13]$/,
    reason: SLACK,
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'if (Math.abs(a) > REACH) return a > 0 ? NEGLIGIBLE : 1;',
    change: '> → >=',
    nth: 1,
    reason: 'at exactly 38 deviations either answer is right',
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'if (Math.abs(a) > REACH) return a > 0 ? NEGLIGIBLE : 1;',
    change: /^(?:> → >=|0 → 1)$/,
    reason: '|a| is above 38 here',
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'const delta = a >= 0 ? near - far : 1 - near - far;',
    change: '>= → >',
    reason: 'at a = 0 near is ½, and near − far is 1 − near − far',
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'const ofScale = UNIT_ROUNDOFF * (4 * Math.abs(a) * b + 2 * a * a + 8);',
    change: /./,
    reason: SLACK,
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'const error = a >= 0 ? ofTails + delta * ofScale : ofTails + (near + far) * ofScale + 4 * UNIT_ROUNDOFF;',
    change: /./,
    reason: SLACK,
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'let high = (mu * mu) / 2 + mu * Math.sqrt(2 * Math.log(1 / delta));',
    change: /./,
    reason: START,
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'while (high < Number.POSITIVE_INFINITY && gaussianDelta(high, mu) > delta) high *= 2;',
    change: /./,
    reason: 'the loop is a guard: the beginning is proven not to be too low, and never infinite',
  },
  {
    path: 'privacy/accountants/gaussian-curve.ts',
    code: 'if (!(epsilon > 0 && epsilon < Number.POSITIVE_INFINITY)) {',
    change: '< → <=',
    reason: 'an infinite ε is refused by the curve too',
  },
  {
    path: 'privacy/samplers/cumulative.ts',
    code: 'while (2n * numerator > denominator << halvings) halvings += 1n;',
    change: '> → >=',
    reason: 'one halving more: the enclosure allows 40',
  },
  {
    path: 'privacy/samplers/cumulative.ts',
    code: 'const below = (value - (1n << BigInt(GUARD_BITS - 1))) >> BigInt(GUARD_BITS);',
    change: /^1 → [02]$/,
    reason: 'what is taken off only has to outweigh errors below 2^54 units, and it is 2^62 at least',
  },
  {
    path: 'privacy/samplers/cumulative.ts',
    code: 'return below < 0n ? 0n : below;',
    change: '< → <=',
    reason: '0 is 0',
  },
  {
    path: 'privacy/samplers/cumulative.ts',
    code: 'for (let x = 1; x <= reach; x++) {',
    change: /./,
    reason:
      'a table sums up to where a weight is below its last digit: one weight more or less is within the bounds',
  },
  {
    path: 'privacy/samplers/discrete-gaussian.ts',
    code: 'if (numerator <= 0n || denominator <= 0n || numerator >= denominator << 80n) {',
    change: '<= → <',
    reason: 'a denominator of 0 is refused by what follows',
  },
  {
    path: 'privacy/samplers/discrete-laplace.ts',
    code: 'const common = numerator > 0n && denominator > 0n ? greatestCommonDivisor(numerator, denominator) : 1n;',
    change: '> → >=',
    reason: '0 over 1 or 1 over 0 is refused below, whatever it is reduced to',
  },
  {
    path: 'privacy/samplers/fast-discrete-gaussian.ts',
    code: 'if (denominator <= 0n || numerator << 20n < denominator || numerator >= denominator << 80n) {',
    change: '<= → <',
    reason: 'a denominator of 0 is refused by what follows',
  },
  {
    path: 'privacy/samplers/fast-discrete-gaussian.ts',
    code: 'if (rest.numerator <= rest.denominator * TABLE_VARIANCE) {',
    change: '* → /',
    reason: 'what is no table at once is one a step of the recursion later',
  },
  {
    path: 'privacy/samplers/fast-discrete-gaussian.ts',
    code: 'if (tables.size <= MAX_TABLES) break;',
    change: '<= → <',
    reason: 'how many tables are kept changes only the time',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'const guideBits = Math.min(12, Math.max(4, thresholds.length.toString(2).length));',
    change: /./,
    reason: 'the guide only saves steps: from an earlier start the search comes to the same',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'for (let i = 0; i < this.#guide.length; i++) {',
    change: /./,
    reason: 'the guide only saves steps: from an earlier start the search comes to the same',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'while (this.#highs[first]! < i * 2 ** this.#shift) first += 1;',
    change: '* → /',
    reason: 'the guide only saves steps: from an earlier start the search comes to the same',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'for (let j = from; j < this.#highs.length; j++) {',
    change: /./,
    reason: 'what the table does not decide is computed',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'const high = ((sum + sumError(j)) << TABLE_BITS) / total.low;',
    change: '+ → -',
    reason: 'the two bounds then cross, which is no certain digit either, but for a chance of 2^−50 a table',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'for (let digits = 256; ; digits *= 2) {',
    change: '2 → 3',
    reason: 'more digits than it takes',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'while (bits < digits - 96) {',
    change: /./,
    reason: 'U is read further than it takes',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'if ((value + 1n) * total.high <= sum << bits) return j;',
    change: '<= → <',
    reason: 'a tie is decided with more digits',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'if (value * total.low < (sum + sumError(j)) << bits) break;',
    change: '< → <=',
    reason: 'a tie is decided with more digits',
  },
  {
    path: 'privacy/samplers/inversion-table.ts',
    code: 'if (value * total.low < (sum + sumError(j)) << bits) break;',
    change: '+ → -',
    reason:
      'it matters where a probability is within 2^−40 of the last digit of U that was read: none is known',
  },
];

import { BallastError } from './errors.ts';

/**
 * Fixed-point units of the chain: a wad has 18 decimals, a ray 27, a basis point is 1/10,000.
 * A rate of 1 wad is 100 % a year.
 */
export const WAD = 10n ** 18n;
export const RAY = 10n ** 27n;
export const BPS = 10_000n;

export const wadFromBps = (bps: bigint): bigint => (bps * WAD) / BPS;
export const rayFromWad = (wad: bigint): bigint => wad * (RAY / WAD);

/** Rounds toward zero: a ray that no wad expresses loses its last nine decimals. */
export const wadFromRay = (ray: bigint): bigint => ray / (RAY / WAD);

/**
 * @param text a decimal such as `"0.05"` or `"-12.5"`.
 * @param decimals 18 for a wad, 27 for a ray.
 * @throws BallastError `UNIT_MALFORMED` for anything else, or for more decimals than the unit has.
 */
export function parseUnit(text: string, decimals: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? '';
  if (match === null || fraction.length > decimals) {
    throw new BallastError(
      'UNIT_MALFORMED',
      `got ${JSON.stringify(text)}, expected a decimal number with at most ${decimals} decimals`,
    );
  }
  const magnitude = BigInt((match[2] ?? '') + fraction.padEnd(decimals, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

/** The shortest decimal that {@link parseUnit} reads back. */
export function formatUnit(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A wad rate as a percentage with two decimals, rounded half away from zero: `"5.25 %"`. */
export function formatWadPercent(rate: bigint): string {
  const unit = WAD / BPS;
  const half = unit / 2n;
  const bps = rate >= 0n ? (rate + half) / unit : (rate - half) / unit;
  const magnitude = (bps < 0n ? -bps : bps).toString().padStart(3, '0');
  return `${bps < 0n ? '-' : ''}${magnitude.slice(0, -2)}.${magnitude.slice(-2)} %`;
}

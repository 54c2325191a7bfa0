/** 18 decimals, as a share of 1. */
const WAD = 1e18;

/** A value in its unit for people: rates and shares in percent, coins with their thousands apart. */
export function amountText(value: string, unit: string): string {
  const bare = valueText(value, unit);
  if (unit.startsWith('wad/year')) return `${bare} a year`;
  if (unit === 'coin') return `${bare} coins`;
  return unit === 'wad' || unit === '' ? bare : `${bare} ${unit}`;
}

/** A value without the words of its unit. A unit with `+0.5` is signed: half of 1 is none. */
export function valueText(value: string, unit: string): string {
  if (!unit.startsWith('wad')) return grouped(value);
  return percent(Number(value) / WAD - (unit.endsWith('+0.5') ? 0.5 : 0));
}

/** A difference of two values, without the words of their unit. */
export const stepText = (value: string, unit: string): string =>
  unit.startsWith('wad') ? percent(Number(value) / WAD) : grouped(value);

/** How far `value` lies between two bounds, from 0 to 1. */
export function shareOf(value: string, least: string, most: string): number {
  const width = Number(most) - Number(least);
  return width <= 0 ? 0 : Math.min(1, Math.max(0, (Number(value) - Number(least)) / width));
}

/** Seconds in the largest unit that says them in few digits. */
export function durationText(seconds: number): string {
  if (seconds >= 172_800) return `${Math.round(seconds / 86_400)} days`;
  if (seconds >= 7_200) return `${Math.round(seconds / 3_600)} hours`;
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} s`;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const grouped = (value: string): string => value.replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');

import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError(`got "${text}", expected a whole number`);
  return Number(text);
}

/** A whole number within bounds, both included. */
export const wholeNumberFrom =
  (least: number, most: number) =>
  (text: string): number => {
    const value = wholeNumber(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`got ${text}, expected a whole number from ${least} to ${most}`);
  };

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError(`got "${text}", expected a number above 0`);
  return value;
}

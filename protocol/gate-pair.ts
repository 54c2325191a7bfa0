import * as z from 'zod';

/** Names in a rejection: four of them fit into an entry's reason. */
export const MAX_NAMED_PAIRS = 4;

/** A head of the model on one public collateral, such as `peg/dai`: what the gate scores. */
export const pairName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,11}\/[a-z0-9][a-z0-9-]{0,18}$/, 'expected head/collateral, such as peg/dai');

/** A collateral's part of it. */
export const collateralName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,18}$/, 'expected 1 to 19 of a-z, 0-9 and -, such as dai');

/** Ascending, none twice: the same findings have one form. */
export const worsePairs = z
  .array(pairName)
  .max(MAX_NAMED_PAIRS)
  .refine(isAscending, 'expected ascending names, none twice');

function isAscending(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name);
}

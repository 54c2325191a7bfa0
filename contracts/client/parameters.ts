import { type Hex, hexToString, keccak256, stringToHex } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { digestFromWord } from './words.ts';

/** The id of a parameter: keccak256 of its name. */
export function parameterId(name: string): Digest {
  return digestFromWord(keccak256(stringToHex(name)));
}

/** The yearly stability fee of the coin, in {@link WAD_PER_YEAR}. */
export const STABILITY_FEE: Digest = parameterId('STABILITY_FEE');

/** The unit of a yearly rate: 1e18 is 100 % a year. */
export const WAD_PER_YEAR = 'wad/year';

/** @throws BallastError `UNIT_LABEL` unless the label has 1 to 32 printable ASCII characters. */
export function wordFromUnit(unit: string): Hex {
  if (!/^[\x21-\x7e]{1,32}$/.test(unit)) {
    throw new BallastError(
      'UNIT_LABEL',
      `unit: got ${JSON.stringify(unit)}, expected 1 to 32 printable ASCII characters`,
    );
  }
  return stringToHex(unit, { size: 32 });
}

/** Digest of an explanation or a justification, as the decision log holds it: keccak256 of its text in UTF-8. */
export const explanationDigest = (text: string): Digest => digestFromWord(keccak256(stringToHex(text)));

export const unitFromWord = (word: Hex): string => hexToString(word, { size: 32 });

import { REFUSALS } from '../../../../coordinator/refusals.ts';

/** What became of an update, in words; a code says what it means and what its owner does about it. */
export function fateText(fate: string): string {
  if (fate === 'selected') return 'it has weight in the candidate';
  if (fate === 'accepted') return 'valid and in time; the rule gave it no weight, which is no fault';
  return refusalWords(fate);
}

/** Why a message is refused, and what its owner does about it. */
export function refusalWords(code: string): string {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  return known === undefined
    ? 'a code that this page does not know'
    : `${known.meaning}. To do: ${known.remedy}`;
}

export const fateTone = (fate: string): 'good' | 'plain' | 'bad' =>
  fate === 'selected' ? 'good' : fate === 'accepted' ? 'plain' : 'bad';

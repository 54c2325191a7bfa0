import { BallastError } from '../../../protocol/errors.ts';
import type { Edit, Mutant } from './mutant.ts';

/** The text of a file with the edits of a mutant that are for it. @throws BallastError `MUTANT_STALE`. */
export function applied({ name, edits }: Mutant, path: string, text: string): string {
  return edits
    .filter((edit) => edit.path === path)
    .reduce((before, edit) => replaceOnce(name, before, edit), text);
}

function replaceOnce(name: string, text: string, { path, find, replace }: Edit): string {
  const found = text.split(find).length - 1;
  if (found === 1) return text.replace(find, () => replace);
  throw new BallastError(
    'MUTANT_STALE',
    `mutant ${name}: its text stands ${found} times in ${path}, expected once`,
    {
      metadata: { name, path, found },
      hint: 'bring simulations/test/mutants/agreement-mutants.ts up to the code',
    },
  );
}

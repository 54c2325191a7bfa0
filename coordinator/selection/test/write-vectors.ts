import { writeFile } from 'node:fs/promises';
import { selectionVectors } from './vectors.ts';

// Writes the vectors anew: for when the selection itself is to change.
await writeFile(
  new URL('vectors/selection.json', import.meta.url),
  `${JSON.stringify(selectionVectors(), null, 2)}\n`,
);

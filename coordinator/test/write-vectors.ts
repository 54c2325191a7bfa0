import { writeFile } from 'node:fs/promises';
import { drawVectors } from './draw-vectors.ts';

// Writes the published vectors anew, after a rule was changed on purpose:
//
//     node coordinator/test/write-vectors.ts && npx biome check --write coordinator/test/vectors
await writeFile(
  new URL('vectors/draw.json', import.meta.url),
  `${JSON.stringify(drawVectors(), undefined, 2)}\n`,
);

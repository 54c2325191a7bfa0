import { writeFile } from 'node:fs/promises';
import { evidenceVectors } from '../evidence/test/support.ts';
import { drawVectors } from './draw-vectors.ts';

// Writes the published vectors anew, after a rule was changed on purpose:
//
//     node coordinator/test/write-vectors.ts && npx biome check --write coordinator/test/vectors
const vectors = { draw: drawVectors(), evidence: evidenceVectors() };
for (const [name, value] of Object.entries(vectors)) {
  const file = new URL(`vectors/${name}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

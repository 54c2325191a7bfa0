import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sharedVectors, VECTORS_FOLDER } from './shared/index.ts';

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), VECTORS_FOLDER);

describe('vectors for Solidity', () => {
  it('are what TypeScript makes', async () => {
    const made = await sharedVectors();
    expect(readdirSync(folder).toSorted()).to.deep.equal([...made.keys()].toSorted());
    for (const [file, text] of made) {
      const committed = readFileSync(join(folder, file), 'utf8');
      expect(committed === text, `${file} is stale: npm run contracts`).to.equal(true);
    }
  });
});

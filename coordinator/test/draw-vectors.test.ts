import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { drawVectors } from './draw-vectors.ts';

describe('published vectors of the draw', () => {
  it('are what this code computes', async () => {
    const published: unknown = JSON.parse(
      await readFile(new URL('vectors/draw.json', import.meta.url), 'utf8'),
    );
    expect(JSON.parse(JSON.stringify(drawVectors()))).to.deep.equal(published);
  });
});

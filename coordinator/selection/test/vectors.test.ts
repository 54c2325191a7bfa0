import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { selectionVectors } from './vectors.ts';

describe('client selection vectors', () => {
  it('are what everyone computes', () => {
    const published = readFileSync(new URL('vectors/selection.json', import.meta.url), 'utf8');
    expect(selectionVectors()).to.deep.equal(JSON.parse(published));
  });
});

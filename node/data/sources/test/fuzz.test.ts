import { expect } from 'chai';
import { FUZZ_TARGETS } from './fuzz/targets.ts';

/** A seed per source; `npm run fuzz:data` goes through ten thousand rows of each. */
const ROWS = 200;

describe('hostile data', () => {
  for (const [seed, target] of FUZZ_TARGETS.entries()) {
    it(`of ${target.source} crashes nothing and passes nowhere unflagged`, async () => {
      const { rows, spoilt, taken, refused } = await target.run(ROWS, seed);
      expect(rows).to.equal(ROWS);
      expect(spoilt).to.be.above(ROWS / 20);
      expect(taken).to.be.above(ROWS / 10);
      expect(refused).to.be.above(0);
    });
  }
});

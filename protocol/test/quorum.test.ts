import { expect } from 'chai';
import { faultsTolerated, quorum } from '../quorum.ts';

const TABLE = [
  { size: 1, faults: 0, votes: 1 },
  { size: 2, faults: 0, votes: 2 },
  { size: 3, faults: 0, votes: 2 },
  { size: 4, faults: 1, votes: 3 },
  { size: 5, faults: 1, votes: 4 },
  { size: 6, faults: 1, votes: 4 },
  { size: 7, faults: 2, votes: 5 },
  { size: 10, faults: 3, votes: 7 },
  { size: 40, faults: 13, votes: 27 },
];

const SIZES = Array.from({ length: 2000 }, (_, i) => i + 1);

describe('quorum', () => {
  for (const { size, faults, votes } of TABLE) {
    it(`of ${size} members is ${votes}, bearing ${faults}`, () => {
      expect(faultsTolerated(size)).to.equal(faults);
      expect(quorum(size)).to.equal(votes);
    });
  }

  it('bears as many faults as fit below a third, for 1 to 2000 members', () => {
    for (const size of SIZES) {
      const faults = faultsTolerated(size);
      expect(3 * faults).to.be.below(size);
      expect(3 * (faults + 1)).to.be.at.least(size);
    }
  });

  it('overlaps in an honest member, for 1 to 2000 members', () => {
    for (const size of SIZES) {
      expect(2 * quorum(size) - size, `N = ${size}`).to.be.at.least(faultsTolerated(size) + 1);
    }
  });

  it('is reached without the faulty, for 1 to 2000 members', () => {
    for (const size of SIZES) {
      expect(size - faultsTolerated(size), `N = ${size}`).to.be.at.least(quorum(size));
    }
  });

  it('is the smallest that overlaps, and an integer', () => {
    for (const size of SIZES) {
      expect(Number.isInteger(quorum(size))).to.equal(true);
      expect(2 * (quorum(size) - 1) - size, `N = ${size}`).to.be.below(faultsTolerated(size) + 1);
    }
  });
});

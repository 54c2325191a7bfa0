import { expect } from 'chai';
import { MDA_WORK_LIMIT, mda, mdaWork, squaredDistances } from '../index.ts';
import { firstTightest } from '../robust/tightest-subset.ts';
import { hasCover, searchTreeBound } from '../robust/vertex-cover.ts';
import { type Draw, draw } from './draw.ts';
import { errorOf, toRows } from './support.ts';

/** All sets of `size` of the numbers from `from` to n − 1, in lexicographic order. */
function* subsets(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= n - size; first++) {
    for (const rest of subsets(n, size - 1, first + 1)) yield [first, ...rest];
  }
}

/** By trying every set. */
function tightestByForce(rows: readonly Float64Array[], size: number): number[] {
  let best: { readonly rows: number[]; readonly diameter: number } | undefined;
  for (const each of subsets(rows.length, size)) {
    const { values } = squaredDistances(each.map((i) => rows[i] as Float64Array));
    const diameter = Math.max(0, ...values);
    if (best === undefined || diameter < best.diameter) best = { rows: each, diameter };
  }
  return best?.rows ?? [];
}

function randomRows(draws: Draw, n: number): Float64Array[] {
  const d = draws.int(1, 3);
  const reach = draws.pick([2, 5, 1000]);
  return Array.from({ length: n }, () => Float64Array.from({ length: d }, () => draws.int(-reach, reach)));
}

describe('minimum-diameter averaging', () => {
  it('by hand: of sets equally tight the first', () => {
    const { vector, selected, leftOut } = mda({ f: 1 }).aggregate(toRows([[0], [2], [4]]));
    expect(selected).to.deep.equal([0, 1]);
    expect([...vector]).to.deep.equal([1]);
    expect(leftOut).to.deep.equal([{ row: 2, reason: 'up to 4 from the 2 rows taken, which are within 2' }]);
    expect(mda({ f: 2 }).aggregate(toRows([[9], [0], [8], [1], [7]])).selected).to.deep.equal([0, 2, 4]);
  });

  it('tells how far what it leaves out is', () => {
    expect(mda({ f: 1 }).aggregate(toRows([[10], [0], [1], [2]])).leftOut).to.deep.equal([
      { row: 0, reason: 'up to 10 from the 3 rows taken, which are within 2' },
    ]);
    expect(mda({ f: 1 }).aggregate(toRows([[-10], [0], [1], [2]])).leftOut[0]?.reason).to.include('up to 12');
  });

  it('takes the set that trying all of them finds, ties to the first', () => {
    for (let seed = 0; seed < 400; seed++) {
      const draws = draw(seed);
      const n = draws.int(1, 9);
      const f = draws.int(0, (n - 1) >> 1);
      const rows = randomRows(draws, n);
      const found = firstTightest(squaredDistances(rows), n - f);
      expect(found, `seed ${seed}`).to.deep.equal(tightestByForce(rows, n - f));
    }
  });

  it('takes all rows where f = 0, and one row where there is one', () => {
    expect(mda({ f: 0 }).aggregate(toRows([[1], [8], [3]])).selected).to.deep.equal([0, 1, 2]);
    expect(mda({ f: 0 }).aggregate(toRows([[1]])).selected).to.deep.equal([0]);
  });

  it('is done at once with 100 rows and 25 liars, whose 1e23 sets nobody could walk over', () => {
    const draws = draw(3);
    const rows = Array.from({ length: 100 }, (_, i) =>
      Float64Array.from({ length: 4 }, () => draws.unit() + (i % 4 === 0 ? 3 : 0)),
    );
    const { selected } = mda({ f: 25 }).aggregate(rows);
    expect(selected).to.deep.equal([...rows.keys()].filter((i) => i % 4 !== 0));
  });

  it('refuses what might take hours before it begins, and says what it would take', () => {
    const rows = Array.from({ length: 100 }, (_, i) => Float64Array.of(i));
    const error = errorOf(() => mda({ f: 49 }).aggregate(rows));
    expect(error.code).to.equal('RULE_COST');
    expect(error.metadata).to.include({ n: 100, f: 49, limit: MDA_WORK_LIMIT, work: mdaWork(100, 49) });
    expect(error.message).to.include('n = 100').and.include('f = 49').and.include(`${MDA_WORK_LIMIT}`);
    // Six halvings of 45 distances and ten rows, three nodes each.
    expect(mdaWork(10, 2)).to.equal((6 + 10) * 3);
    expect(mdaWork(100, 25)).to.be.at.most(MDA_WORK_LIMIT);
    expect(mdaWork(50, 24)).to.be.at.most(MDA_WORK_LIMIT);
  });

  it('more than f liars make the tightest set', () => {
    const rows = toRows([[0], [1], [2], [50], [50], [50]]);
    expect([...mda({ f: 2 }).aggregate(rows).vector][0]).to.be.above(2);
  });
});

describe('vertex covers', () => {
  it('exist exactly where trying all sets finds one', () => {
    for (let seed = 0; seed < 500; seed++) {
      const draws = draw(seed);
      const n = draws.int(1, 8);
      const share = draws.pick([1, 2, 3]);
      const edges = Array.from({ length: n }, () => new Uint8Array(n));
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) {
          if (draws.int(0, 3) >= share) continue;
          (edges[i] as Uint8Array)[j] = 1;
          (edges[j] as Uint8Array)[i] = 1;
        }
      }
      const open = Uint8Array.from({ length: n }, () => (draws.int(0, 5) === 0 ? 0 : 1));
      const before = open.slice();
      const budget = draws.int(0, n);
      const covers = [...subsets(n, Math.min(budget, n))].some((cover) =>
        edges.every((row, i) =>
          row.every(
            (edge, j) =>
              edge * (open[i] as number) * (open[j] as number) === 0 ||
              cover.includes(i) ||
              cover.includes(j),
          ),
        ),
      );
      expect(hasCover(edges, open, budget), `seed ${seed}`).to.equal(covers);
      expect(open).to.deep.equal(before);
    }
  });

  it('the bound on the search grows by less than half a power of two with each vertex', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map(searchTreeBound)).to.deep.equal([1, 2, 3, 5, 8, 12, 18]);
    expect(searchTreeBound(40) / searchTreeBound(39)).to.be.within(1.46, 1.47);
  });
});

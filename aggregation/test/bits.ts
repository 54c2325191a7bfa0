import { createHash } from 'node:crypto';
import { type Draw, draw } from './draw.ts';
import { drawOptions, ruleFor, type Subject } from './law-cases.ts';

const CASES = 150;

/**
 * The SHA-256, in hexadecimal, of what a rule gives in 150 fixed cases: its vectors, and which rows they were made
 * from. The order of every sum is part of a rule's definition, so that this changes with the definition only; nodes of
 * two versions with different digests cannot agree on a model.
 */
export function bitsOf(subject: Subject): string {
  const hash = createHash('sha256');
  for (let seed = 0; seed < CASES; seed++) {
    const draws = draw(seed);
    const rule = ruleFor(subject, draws.int(0, subject.maxF));
    const n = rule.minRows + draws.int(0, 4);
    // Beyond the tiles that columns and rows are read in, now and then.
    const d = draws.int(0, 7) === 0 ? draws.int(60, 140) : draws.int(1, 9);
    const { vector, selected } = rule.aggregate(rowsOf(draws, n, d), drawOptions(rule, draws, n, d, rowsOf));
    hash.update(vector).update(selected.join());
  }
  return hash.digest('hex');
}

/** Apart, on a lattice where much ties, with some far off, or in two dense clusters. */
function rowsOf(draws: Draw, n: number, d: number): Float64Array[] {
  const family = draws.int(0, 3);
  const centres = [0, 1].map(() => vector(d, () => 4 * draws.unit() - 2));
  return Array.from({ length: n }, () => {
    if (family === 0) return vector(d, () => 2 * draws.unit() - 1);
    if (family === 1) return vector(d, () => draws.int(-3, 3));
    const reach = family === 2 && draws.int(0, 3) === 0 ? 1e4 : 0.1;
    return draws.pick(centres).map((x) => x + reach * (draws.unit() - 0.5));
  });
}

function vector(d: number, value: () => number): Float64Array {
  return Float64Array.from({ length: d }, value);
}

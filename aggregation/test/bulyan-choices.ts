import { krumScores, type Rows, squaredDistances } from '../index.ts';
import { ranking } from '../kernels/ranking.ts';
import { iteratedKrum } from '../robust/iterated-krum.ts';

/** The n − 2f rows that each Bulyan chooses, in its order, by the rule's name. */
export const BULYAN_CHOICES: Readonly<Record<string, (rows: Rows, f: number) => readonly number[]>> = {
  bulyan: (rows, f) => iteratedKrum(squaredDistances(rows), rows.length - 2 * f, (r) => r - f - 2).chosen,
  'bulyan/flower': (rows, f) =>
    ranking(krumScores(squaredDistances(rows), rows.length - f - 2)).slice(0, rows.length - 2 * f),
  'bulyan/fedml': (rows, f) => {
    const { n, values } = squaredDistances(rows);
    return iteratedKrum({ n, values: values.map(Math.sqrt) }, n - 2 * f, (r) => r - f).chosen;
  },
};

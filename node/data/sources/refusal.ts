import { BallastError } from '../../../protocol/errors.ts';
import type { RefusalCode, RefusedObservation } from './data-source.ts';

/** Rows that one reading of a source may have refused: beyond it the source is of no use. */
export const MAX_REFUSALS = 1000;

/** Counts what one reading of a source refuses. */
export class Refusals {
  readonly #source: string;
  #count = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** @throws BallastError `SOURCE_UNUSABLE` beyond {@link MAX_REFUSALS}. */
  refuse(code: RefusalCode, message: string): RefusedObservation {
    this.#count++;
    if (this.#count > MAX_REFUSALS) {
      throw new BallastError(
        'SOURCE_UNUSABLE',
        `${this.#source}: got more than ${MAX_REFUSALS} rows to refuse, the last: ${message}`,
        { metadata: { source: this.#source, code }, hint: 'take another source for this period' },
      );
    }
    return { kind: 'refused', source: this.#source, code, message: `${this.#source}: ${message}` };
  }
}

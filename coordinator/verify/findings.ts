import { BallastError } from '../../protocol/errors.ts';

/** Something in a log that is not what it has to be. */
export type Mismatch = {
  /** The round it belongs to. */
  readonly round: number;
  /** What of that round, such as `signatures`, `record`, `entry.selected` or `body <digest>`. */
  readonly field: string;
  readonly expected: string;
  readonly got: string;
};

/** The first mismatch is enough. */
export class Enough extends Error {}

/** Mismatches as they are found: the first alone, or all. */
export class Findings {
  readonly mismatches: Mismatch[] = [];
  readonly #all: boolean;

  constructor(all: boolean) {
    this.#all = all;
  }

  /** @throws Enough where one is enough. */
  add(round: number, field: string, expected: string, got: string): void {
    this.mismatches.push({ round, field, expected, got });
    if (!this.#all) throw new Enough();
  }

  /** Compares two texts. @returns whether they are the same. */
  same(round: number, field: string, expected: string, got: string): boolean {
    if (expected !== got) this.add(round, field, expected, got);
    return expected === got;
  }

  /** Does what reads stored bytes; what it throws is a mismatch. @returns undefined then. */
  async attempt<T>(
    round: number,
    field: string,
    expected: string,
    act: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Enough || (error instanceof BallastError && error.code === 'COMMITTEE_UNKNOWN'))
        throw error;
      this.add(round, field, expected, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

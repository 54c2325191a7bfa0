/** Other text for a piece of a file, which must stand there exactly once. */
export type Edit = { readonly path: string; readonly find: string; readonly replace: string };

/** The agreement with one promise broken: a soak must find it out. */
export type Mutant = {
  readonly name: string;
  /** What it does, for people. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
};

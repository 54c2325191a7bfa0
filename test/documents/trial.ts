/** A command of a page, and how it is run. */
export type Trial = {
  /** As the page has it, without a comment behind it. */
  readonly shown: string;
  /** Words that are put in place of others, such as of `FILE`. */
  readonly fill?: Readonly<Record<string, string>>;
  /** What a sentence leaves away, or what makes it small. */
  readonly more?: readonly string[];
  /** What other sentences show, all of whose words stand in this one with `more` or are added to start it. */
  readonly also?: readonly string[];
  /** The exit status; 0 unless given. */
  readonly code?: number;
  /** What standard output has to look like. */
  readonly says: RegExp;
  /** Which lines of those that a page shows below it need not come; of the others each has to begin alike. */
  readonly varies?: RegExp;
};

/** Where commands are run, and what stands there for an address or an id that the pages have. */
export type Place = {
  readonly folder: string;
  /** Texts within words, and what takes their place. */
  readonly standIns: ReadonlyMap<string, string>;
};

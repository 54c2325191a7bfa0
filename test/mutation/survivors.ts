/** Mutants that no test can kill, since they compute the same. */
export type Survivor = {
  /** One file; all files where left out. */
  readonly path?: string;
  /** The mutated line, trimmed, or what it looks like. */
  readonly code: string | RegExp;
  readonly change: string | RegExp;
  /** Which of the same changes in the same line of code, from 1; all of them where left out. */
  readonly nth?: number;
  readonly reason: string;
};

/** Every survivor, reviewed. One that a test kills after all must go from the list. */
export const SURVIVORS: readonly Survivor[] = [
  {
    code: /^for \(let (\w) = 0; \1 < (\w+)\.length; \1\+\+\) \2\[\1\] = [^;]*;$/,
    change: '< → <=',
    reason: 'one step more writes behind the end of a typed array, where nothing is',
  },
  {
    path: 'aggregation/averaging/fednova.ts',
    code: 'total += weight;',
    change: '+= → -=',
    reason: 'the sum of the weights divides twice, so that its sign cancels',
  },
  {
    path: 'aggregation/averaging/q-fedavg.ts',
    code: 'for (const loss of losses) if (loss > largest) largest = loss;',
    change: '> → >=',
    reason: 'of two equal losses either is the largest',
  },
];

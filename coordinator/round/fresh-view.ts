/** Fields that hold one view's progress and begin anew with the next. */
export const FRESH_VIEW = {
  proposal: undefined,
  awaited: undefined,
  proposed: false,
  draft: undefined,
  prepares: new Map(),
  committed: false,
  commits: new Map(),
  validCommits: new Set<string>(),
  checkingCommits: false,
  timed: false,
} as const;

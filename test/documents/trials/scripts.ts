import type { Trial } from '../trial.ts';

/** Scripts of the checkout that are through in a second, `more` making some of them short. */
export const SHORT_SCRIPTS: readonly Trial[] = [
  { shown: 'npm run bench:drift', says: /\|/ },
  { shown: 'npm run soak -- --seeds 1 --from 60 --nodes 4', says: /^seed 60/m },
  { shown: 'npm run fuzz -- --target vote-line --cases 50000', more: ['--cases', '50'], says: /vote-line/ },
];

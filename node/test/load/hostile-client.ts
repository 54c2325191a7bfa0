/** The hostile client of `devnet-bench.ts` as a process of its own: its work is not the measuring one's. */
import { type Attack, attack } from './hostile.ts';

process.once('message', (options: Attack) => {
  void attack(options).then((count) => {
    process.send?.(count, () => process.disconnect());
  });
});

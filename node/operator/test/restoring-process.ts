import { LevelStore } from '../../store/index.ts';
import { restoreData } from '../restore.ts';
import { filesIn } from './support.ts';

/** Restores, and says when it is about to write. */
const [folder = '', backup = ''] = process.argv.slice(2);
await restoreData(filesIn(folder), backup, {
  force: true,
  openStore: async (path) => {
    const store = await LevelStore.open(path);
    process.stdout.write('writing\n');
    return store;
  },
});
process.stdout.write('restored\n');
setInterval(() => undefined, 1_000);

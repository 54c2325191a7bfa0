/** Writes until the disk takes no more, then opens the store anew and looks whether it takes a little again. */
import { BallastError } from '../../../protocol/errors.ts';
import { FailStopStore, LevelStore } from '../index.ts';

const folder = process.argv[2] ?? '';
const say = (word: string) => process.stdout.write(`${word}\n`);
const codeOf = (error: unknown) => (error instanceof BallastError ? error.code : String(error));

const database = await LevelStore.open(folder);
const store = FailStopStore.over(database, (error) => say(`failed ${error.code}`));
try {
  for (let i = 0; ; i++) {
    await store.write([{ type: 'put', key: `key/${i}`, value: new Uint8Array(40_000).fill(i) }]);
    say(`wrote ${i}`);
  }
} catch (error) {
  say(`refused ${codeOf(error)}`);
}
await store.write([{ type: 'put', key: 'more', value: new Uint8Array(1) }]).catch((error: unknown) => {
  say(`again ${codeOf(error)}`);
});
await store.close();
const reopened = FailStopStore.over(await LevelStore.open(folder), () => undefined);
await reopened.probe();
say('takes writes again');
await reopened.close();

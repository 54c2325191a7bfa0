/** A process that opens a data folder and says how it went; it holds the folder until it is killed. */
import { BallastError } from '../../../protocol/errors.ts';
import { DataFolder } from '../index.ts';
import { OWNER, STEPS, type Step } from './steps.ts';

const [folder = '', stopAt = ''] = process.argv.slice(2);
const say = (word: string) => process.stdout.write(`${word}\n`);
/** Says where it is and stays there: the one that asked ends it with SIGKILL. */
const halt = async (step: Step) => {
  if (stopAt !== step) return;
  say(step);
  await new Promise(() => setInterval(() => undefined, 1_000));
};

try {
  await DataFolder.open(folder, OWNER, { migrations: STEPS(halt) });
  say('open');
  setInterval(() => undefined, 1_000);
} catch (error) {
  say(error instanceof BallastError ? error.code : String(error));
}

import { parentPort } from 'node:worker_threads';
import { runSeed } from './run-seed.ts';
import type { FromSoakThread, ToSoakThread } from './soak-protocol.ts';

// A thread that `runSeeds` starts: it runs one seed after the other.

async function answer(choice: ToSoakThread): Promise<FromSoakThread> {
  try {
    return { result: await runSeed(choice) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (choice: ToSoakThread) => {
  void answer(choice).then((each) => parentPort?.postMessage(each));
});

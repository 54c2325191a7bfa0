import { parentPort } from 'node:worker_threads';
import { type FederatedTask, prepareTask } from './task.ts';
import { trainNode } from './training.ts';
import type { FromTrainingThread, ToTrainingThread } from './training-protocol.ts';

// A thread that `openTrainingPool` starts. It keeps the data of its nodes as long as the task stays the same.

let known: { readonly key: string; readonly task: Promise<FederatedTask> } | undefined;

function taskOf({ task, keptBytes }: ToTrainingThread): Promise<FederatedTask> {
  const key = JSON.stringify(task);
  if (known?.key !== key) known = { key, task: prepareTask(task, keptBytes) };
  return known.task;
}

async function answer(message: ToTrainingThread, send: (answer: FromTrainingThread) => void): Promise<void> {
  const { id, request, nodes } = message;
  try {
    const task = await taskOf(message);
    for (const node of nodes) send({ id, node, contributions: await trainNode(task, node, request) });
  } catch (error) {
    send({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

parentPort?.on('message', (message: ToTrainingThread) => {
  void answer(message, (each) => parentPort?.postMessage(each));
});

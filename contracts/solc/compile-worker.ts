import { parentPort, workerData } from 'node:worker_threads';
import { compileStandardJson } from './compiler.ts';
import type { CompileJob } from './forge-answer.ts';

const { input, root } = workerData as CompileJob;
parentPort?.postMessage(compileStandardJson(input, root));

#!/usr/bin/env node
/** Answers forge in place of the native compiler: `--version`, and standard JSON from stdin to stdout. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerForge, versionAnswer } from './forge-answer.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const answer = process.argv.includes('--version')
  ? versionAnswer()
  : await answerForge(readFileSync(0, 'utf8'), root);
process.stdout.write(answer);

#!/usr/bin/env node
/**
 * Answers forge as contracts/solc/solc.ts does, and gives the same answer to the same question at once: forge asks for
 * the interface of every source each time that it is to run a part of the tests.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const folder = process.env.BALLAST_SOLC_ANSWERS ?? '.';
const isVersion = process.argv.includes('--version');
const question = isVersion ? 'version' : readFileSync(0, 'utf8');
const path = join(folder, createHash('sha256').update(question).digest('hex'));
if (!existsSync(path)) {
  // Loaded only where it is needed: the compiler is nine megabytes.
  const { answerForge, versionAnswer } = await import('../../../contracts/solc/forge-answer.ts');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, isVersion ? versionAnswer() : await answerForge(question, root));
  renameSync(draft, path);
}
process.stdout.write(readFileSync(path));

#!/usr/bin/env node
import { existsSync } from 'node:fs';

const REQUIRED_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) < REQUIRED_MAJOR) {
  console.error(
    `ballast needs Node.js ${REQUIRED_MAJOR} or newer and this is ${process.version}: install it from https://nodejs.org`,
  );
  process.exitCode = 1;
} else {
  // The published package holds dist/ alone; a checkout that was never built runs its sources as they are.
  const built = new URL('../dist/bin/main.js', import.meta.url);
  const entry = existsSync(built) ? built : new URL('../bin/main.ts', import.meta.url);
  await import(entry.href);
}

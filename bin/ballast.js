#!/usr/bin/env node
import { existsSync } from 'node:fs';

const REQUIRED_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) < REQUIRED_MAJOR) {
  console.error(
    `ballast needs Node.js ${REQUIRED_MAJOR} or newer and this is ${process.version}: install it from https://nodejs.org`,
  );
  process.exitCode = 1;
} else {
  // The published package holds no sources; in a checkout they are newer than what was last built of them.
  const isCheckout = existsSync(new URL('../node/cli/program.ts', import.meta.url));
  const entry = new URL(isCheckout ? './main.ts' : '../dist/bin/main.js', import.meta.url);
  await import(entry.href);
}

import { writeSync } from 'node:fs';

/** A reason to end that the person at the keyboard can act on: one line, no stack. */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'Stop';
    this.exitCode = exitCode;
  }
}

/** Writes one line to standard error, at once: the process may be replaced right after. */
export function say(line) {
  try {
    writeSync(2, `${line}\n`);
  } catch (error) {
    if (error.code !== 'EAGAIN' && error.code !== 'EPIPE') throw error;
  }
}

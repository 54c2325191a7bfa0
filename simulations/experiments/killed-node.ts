import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../node/cli/program.ts';

// The command line as an operator runs it, in a process that the kill tests start and end.
process.exitCode = await runCommandLine(process.argv.slice(2), fileURLToPath(import.meta.url));

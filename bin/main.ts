import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../node/cli/program.ts';
import { SIMULATION_COMMANDS } from '../simulations/cli/command-list.ts';

// The built copy of this file lies one folder deeper, in dist/bin.
const isSource = import.meta.url.endsWith('.ts');
const entry = fileURLToPath(new URL(isSource ? './ballast.js' : '../../bin/ballast.js', import.meta.url));
process.exitCode = await runCommandLine(process.argv.slice(2), entry, SIMULATION_COMMANDS);

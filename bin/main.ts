import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../node/cli/program.ts';
import { addSimulationCommands } from '../simulations/cli/commands.ts';

const entry = fileURLToPath(new URL('./ballast.js', import.meta.url));
process.exitCode = await runCommandLine(process.argv.slice(2), entry, addSimulationCommands);

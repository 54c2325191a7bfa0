import { nodeConfigKeys, VARIABLE_ALIASES } from '../config/index.ts';

/** Takes what configures a node out of the environment: no process that is started from here on inherits it. */
export function dropSettings(): void {
  for (const { variable } of nodeConfigKeys()) delete process.env[variable];
  for (const variable of Object.keys(VARIABLE_ALIASES)) delete process.env[variable];
}

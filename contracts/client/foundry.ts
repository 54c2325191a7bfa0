import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BallastError } from '../../protocol/errors.ts';

/**
 * The path of a Foundry binary that came with the packages.
 *
 * @throws BallastError `FOUNDRY_NOT_INSTALLED`.
 */
export function foundryBinary(tool: 'anvil' | 'forge'): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const platformPackage = `@foundry-rs/${tool}-${process.platform}-${architecture}`;
  try {
    // The platform's package is a dependency of the tool's package, not of this one.
    const wrapper = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}/package.json`);
    const manifest = createRequire(wrapper).resolve(`${platformPackage}/package.json`);
    const binary = join(dirname(manifest), 'bin', tool);
    if (existsSync(binary)) return binary;
  } catch (cause) {
    throw notInstalled(tool, platformPackage, cause);
  }
  throw notInstalled(tool, platformPackage);
}

function notInstalled(tool: string, platformPackage: string, cause?: unknown): BallastError {
  return new BallastError(
    'FOUNDRY_NOT_INSTALLED',
    `${tool}: the package ${platformPackage} holds no binary`,
    {
      metadata: { tool, package: platformPackage },
      hint: 'install the packages again with their optional dependencies',
      cause,
    },
  );
}

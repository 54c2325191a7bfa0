import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BallastError } from '../../protocol/errors.ts';
import { type CompilerLayout, storageLayout } from '../client/storage-layout.ts';
import { type CompiledContract, requireDeployable } from './compiler.ts';

/** What forge keeps of a contract. Its own `abi` is sorted anew; the compiler's stands in the metadata. */
type Artifact = {
  readonly bytecode: { readonly object: `0x${string}` };
  readonly deployedBytecode: { readonly object: `0x${string}` };
  readonly rawMetadata: string;
  readonly storageLayout: CompilerLayout;
};

/** The compiler's metadata (Solidity documentation, "Contract Metadata"). */
type Metadata = {
  readonly output: { readonly abi: readonly unknown[] };
  readonly settings: { readonly compilationTarget: Readonly<Record<string, string>> };
};

/**
 * Reads contracts that `forge build` or `forge test` has compiled.
 *
 * @param root the repository's root.
 * @param paths below contracts/src, such as `reference/Coin`; the contract bears the file's name.
 * @throws BallastError `ARTIFACT_OF_ANOTHER` where two files bear one name; `CONTRACT_TOO_LARGE`;
 *   `STORAGE_LAYOUT_INVALID`.
 */
export function readArtifacts(root: string, paths: readonly string[]): CompiledContract[] {
  return paths.map((path) => {
    const name = basename(path);
    const text = readFileSync(join(root, 'contracts', 'out', `${name}.sol`, `${name}.json`), 'utf8');
    const artifact = JSON.parse(text) as Artifact;
    const { output, settings } = JSON.parse(artifact.rawMetadata) as Metadata;
    const [source] = Object.keys(settings.compilationTarget);
    if (source !== `contracts/src/${path}.sol`) {
      throw new BallastError(
        'ARTIFACT_OF_ANOTHER',
        `${name}: got an artifact of ${source}, expected contracts/src/${path}.sol`,
        { metadata: { contract: name, source }, hint: 'give the files names that differ' },
      );
    }
    requireDeployable(name, artifact.deployedBytecode.object.length / 2 - 1);
    const { bytecode, storageLayout: layout } = artifact;
    return { name, abi: output.abi, bytecode: bytecode.object, layout: storageLayout(layout) };
  });
}

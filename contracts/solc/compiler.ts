import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import solc from 'solc';
import { BallastError } from '../../protocol/errors.ts';
import { type CompilerLayout, type StorageLayout, storageLayout } from '../client/storage-layout.ts';

/** The reply to an import: the source, or why there is none. */
type ImportReply = { readonly contents: string } | { readonly error: string };

const { compile } = solc as {
  compile: (input: string, callbacks: { import: (path: string) => ImportReply }) => string;
};

/** The compiler's own version, such as `0.8.37+commit.…`. */
export function compilerVersion(): string {
  return String((solc as { version: () => unknown }).version()).replace(/\.Emscripten\.clang$/, '');
}

/**
 * Compiles a standard-JSON input (Solidity documentation, "Compiler Input and Output JSON Description").
 *
 * @param input the request as JSON text.
 * @param root folder that imports are looked up in, itself and its `node_modules`.
 * @returns the answer as JSON text; compile errors stand in it.
 */
export function compileStandardJson(input: string, root: string): string {
  return compile(input, { import: (path) => readImport(path, root) });
}

function readImport(path: string, root: string): ImportReply {
  for (const folder of [root, join(root, 'node_modules')]) {
    try {
      return { contents: readFileSync(join(folder, path), 'utf8') };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return { error: String(cause) };
    }
  }
  return { error: `file ${path}: not found in ${root} nor in its node_modules` };
}

/** The compiler's code for a contract that no chain would take (EIP-170). */
const CODE_TOO_LONG = '5574';

/**
 * Makes every warning about contracts/src an error, as it is for {@link compileContracts}. The length of code is
 * judged where it is deployed: what is built without the optimiser, to be mutated, may be longer.
 *
 * @param answer of {@link compileStandardJson}.
 */
export function refuseWarnings(answer: string): string {
  if (!answer.includes('"severity":"warning"')) return answer;
  const output = JSON.parse(answer) as Output;
  const errors = output.errors?.map((error) =>
    error.severity === 'warning' &&
    error.errorCode !== CODE_TOO_LONG &&
    error.sourceLocation?.file.startsWith('contracts/src/')
      ? { ...error, severity: 'error' }
      : error,
  );
  return JSON.stringify({ ...output, errors });
}

export type CompiledContract = {
  readonly name: string;
  readonly abi: readonly unknown[];
  /** Creation code, 0x-prefixed. */
  readonly bytecode: `0x${string}`;
  readonly layout: StorageLayout;
};

/** The settings of foundry.toml, so that forge tests the very code that is deployed. */
export const COMPILER_SETTINGS = {
  evmVersion: 'prague',
  optimizer: { enabled: true, runs: 1000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'storageLayout'] },
  },
};

/** Bytes of code that an account may have (EIP-170). */
const MOST_CODE_BYTES = 24_576;

type Output = {
  readonly errors?: readonly {
    readonly severity: string;
    readonly errorCode?: string;
    readonly formattedMessage: string;
    readonly sourceLocation?: { readonly file: string };
  }[];
  readonly contracts?: Record<string, Record<string, ContractOutput>>;
};

type ContractOutput = {
  readonly abi: readonly unknown[];
  readonly evm: Record<'bytecode' | 'deployedBytecode', { readonly object: string }>;
  readonly storageLayout: CompilerLayout;
};

/**
 * Compiles `<folder>/<path>.sol` for each path, such as `reference/Coin`; the contract bears the file's name.
 *
 * @throws BallastError `SOLIDITY_COMPILATION` on any error, and on any warning outside the packages;
 *   `CONTRACT_TOO_LARGE` when no chain would take the code.
 */
export function compileContracts(
  root: string,
  paths: readonly string[],
  folder = 'contracts/src',
): CompiledContract[] {
  const file = (path: string) => `${folder}/${path}.sol`;
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      paths.map((path) => [file(path), { content: readFileSync(join(root, file(path)), 'utf8') }]),
    ),
    settings: COMPILER_SETTINGS,
  };
  const output = JSON.parse(compileStandardJson(JSON.stringify(input), root)) as Output;
  const complaints =
    output.errors?.filter(
      ({ severity, sourceLocation }) =>
        severity === 'error' || (severity === 'warning' && !sourceLocation?.file.startsWith('@')),
    ) ?? [];
  if (complaints.length > 0) {
    throw new BallastError(
      'SOLIDITY_COMPILATION',
      complaints.map(({ formattedMessage }) => formattedMessage).join('\n'),
      { metadata: { complaints: complaints.length } },
    );
  }
  return paths.map((path) => {
    const name = basename(path);
    const contract = output.contracts?.[file(path)]?.[name];
    if (contract === undefined) {
      throw new BallastError('SOLIDITY_COMPILATION', `${file(path)}: expected a contract called ${name}`);
    }
    const { bytecode, deployedBytecode } = contract.evm;
    requireDeployable(name, deployedBytecode.object.length / 2);
    const layout = storageLayout(contract.storageLayout);
    return { name, abi: contract.abi, bytecode: `0x${bytecode.object}`, layout };
  });
}

/**
 * @param bytes of the code that the contract leaves on the chain.
 * @throws BallastError `CONTRACT_TOO_LARGE` when no chain would take it.
 */
export function requireDeployable(name: string, bytes: number): void {
  if (bytes <= MOST_CODE_BYTES) return;
  throw new BallastError('CONTRACT_TOO_LARGE', `${name}: ${bytes} bytes, at most ${MOST_CODE_BYTES}`, {
    metadata: { contract: name, bytes },
    hint: 'move a part of it into a contract of its own',
  });
}

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { foundryBinary } from '../../../contracts/client/foundry.ts';
import { compileStandardJson } from '../../../contracts/solc/compiler.ts';
import type { Mutant } from '../operators.ts';
import type { Outcome } from '../pool.ts';
import type { ContractArea } from './areas.ts';
import { withEdit } from './solidity-operators.ts';

/** A loop without an end is stopped by this. */
const STUCK_MS = 180_000;
const BUILD_MS = 900_000;
const CREATION_CODE = 'evm.bytecode.object';

type Artifact = { readonly bytecode: { object: string } };

/**
 * Compiles `contract` with the mutant in it: creation code, or none where it does not compile.
 *
 * @param mutant none for the contract as it is.
 * @param isOptimised as it is deployed; else as fast as it can be compiled.
 */
export function mutatedCode(
  root: string,
  contract: string,
  mutant: Mutant | undefined,
  isOptimised = false,
): string | undefined {
  const source = (path: string) => readFileSync(join(root, path), 'utf8');
  const target = `contracts/src/${contract}.sol`;
  const sources = {
    [target]: { content: source(target) },
    ...(mutant && { [mutant.path]: { content: withEdit(source(mutant.path), mutant) } }),
  };
  const settings = {
    evmVersion: 'prague',
    optimizer: { enabled: isOptimised, runs: 1000 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    remappings: ['@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/'],
    outputSelection: { [target]: { [contract]: [CREATION_CODE] } },
  };
  const input = JSON.stringify({ language: 'Solidity', sources, settings });
  const output = JSON.parse(compileStandardJson(input, root)) as {
    readonly contracts?: Record<
      string,
      Record<string, { readonly evm: { readonly bytecode: { object: string } } }>
    >;
  };
  return output.contracts?.[target]?.[contract]?.evm.bytecode.object;
}

/**
 * A build of the tests in which contracts are loaded by their artifacts, so that a mutant is tried by exchanging one
 * artifact: nothing else is compiled again.
 */
export class Lane {
  readonly #root: string;
  readonly #folder: string;

  /** @param folder where the build lies; made where it is not. */
  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
    mkdirSync(join(folder, 'answers'), { recursive: true });
  }

  /** Runs the area's tests with `code` as the creation code of its contract; with none, as the sources are. */
  async try(area: ContractArea, code?: string): Promise<Outcome> {
    if (code === undefined) return this.#test(area, BUILD_MS);
    const path = join(this.#folder, 'out', `${area.contract}.sol`, `${area.contract}.json`);
    const text = readFileSync(path, 'utf8');
    const artifact = JSON.parse(text) as Artifact;
    artifact.bytecode.object = `0x${code}`;
    try {
      writeFileSync(path, JSON.stringify(artifact));
      return await this.#test(area, STUCK_MS);
    } finally {
      writeFileSync(path, text);
    }
  }

  #test({ tests }: ContractArea, timeout: number): Promise<Outcome> {
    const pattern = `contracts/test/{${tests.join(',')},}.t.sol`;
    const env = {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      FOUNDRY_OUT: join(this.#folder, 'out'),
      FOUNDRY_CACHE_PATH: join(this.#folder, 'cache'),
      FOUNDRY_TEST_FAILURES_FILE: join(this.#folder, 'test-failures'),
      FOUNDRY_FUZZ_FAILURE_PERSIST_DIR: join(this.#folder, 'fuzz'),
      FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR: join(this.#folder, 'invariant'),
      FOUNDRY_OPTIMIZER: 'false',
      FOUNDRY_SOLC: join(import.meta.dirname, 'remembered-solc.ts'),
      BALLAST_SOLC_ANSWERS: join(this.#folder, 'answers'),
      FOUNDRY_FUZZ_RUNS: '32',
      FOUNDRY_INVARIANT_RUNS: '4',
    };
    const args = ['test', '--match-path', pattern, '--fail-fast', '--threads', '1'];
    return new Promise((resolve, reject) => {
      execFile(
        foundryBinary('forge'),
        args,
        { cwd: this.#root, env, maxBuffer: 1 << 26, timeout },
        (error, stdout, stderr) => {
          const failed = /\[FAIL[^\n]*/.exec(stdout)?.[0];
          const passed = /(\d+) tests passed, 0 failed/.exec(stdout)?.[1];
          if (error === null && passed !== undefined) resolve({ type: 'survived', tests: Number(passed) });
          else if (failed !== undefined) resolve({ type: 'killed', by: failed });
          else if (error?.killed === true) resolve({ type: 'stuck', by: `no answer in ${timeout} ms` });
          else reject(new Error(`forge: ${stderr}\n${stdout}`.slice(0, 4_000)));
        },
      );
    });
  }
}

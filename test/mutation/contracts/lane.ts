import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { foundryBinary } from '../../../contracts/client/foundry.ts';
import { compileStandardJson } from '../../../contracts/solc/compiler.ts';
import { versionAnswer } from '../../../contracts/solc/forge-answer.ts';
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
 * A project of an area's tests alone, in which contracts are loaded by their artifacts: a mutant is tried by exchanging
 * one artifact, and forge neither compiles nor reads anything of other areas.
 */
export class Lane {
  readonly #folder: string;
  readonly #area: ContractArea;

  private constructor(folder: string, area: ContractArea) {
    this.#folder = folder;
    this.#area = area;
  }

  /**
   * Builds the project and runs its tests.
   *
   * @param folder where it is made.
   * @throws Error where the tests fail without any change.
   */
  static async build(root: string, area: ContractArea, folder: string): Promise<Lane> {
    const wanted = new Set(area.tests.map((name) => `${name}.t.sol`));
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, 'foundry.toml'), join(folder, 'foundry.toml'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const path of ['contracts/src', 'contracts/test']) {
      cpSync(join(root, path), join(folder, path), {
        recursive: true,
        filter: (file) => !/\.ts$/.test(file) && (!/\.t\.sol$/.test(file) || wanted.has(basename(file))),
      });
    }
    // forge asks for the version at each start, and the compiler's own answer takes as long as a mutant's tests.
    writeFileSync(join(folder, 'version'), versionAnswer());
    const solc = join(root, 'contracts', 'solc', 'solc.ts');
    const answer = `case "$*" in *--version*) cat version ;; *) exec "${solc}" "$@" ;; esac`;
    writeFileSync(join(folder, 'solc.sh'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    const unchanged = await test(folder, BUILD_MS);
    if (unchanged.type !== 'survived') {
      throw new Error(`${area.contract}, without any change: ${unchanged.by}`);
    }
    refuseHolders(folder, area);
    return new Lane(folder, area);
  }

  /** The same project once more, which another mutant can be tried in meanwhile. */
  copy(folder: string): Lane {
    cpSync(this.#folder, folder, { recursive: true, verbatimSymlinks: true });
    return new Lane(folder, this.#area);
  }

  /** Runs the tests with `code` as the creation code of the area's contract. */
  async try(code: string): Promise<Outcome> {
    const { contract } = this.#area;
    const path = join(this.#folder, 'contracts', 'out', `${contract}.sol`, `${contract}.json`);
    const text = readFileSync(path, 'utf8');
    const artifact = JSON.parse(text) as Artifact;
    artifact.bytecode.object = `0x${code}`;
    try {
      writeFileSync(path, JSON.stringify(artifact));
      return await test(this.#folder, STUCK_MS);
    } finally {
      writeFileSync(path, text);
    }
  }
}

/**
 * forge leaves a file alone that has a contract which inherits from one of contracts/src: its tests hold the code of
 * what they make, and would see no mutant.
 *
 * @throws Error naming such a test.
 */
function refuseHolders(project: string, { contract, tests }: ContractArea): void {
  const out = join(project, 'contracts', 'out');
  const { bytecode } = JSON.parse(
    readFileSync(join(out, `${contract}.sol`, `${contract}.json`), 'utf8'),
  ) as Artifact;
  for (const folder of tests.map((name) => `${name}.t.sol`)) {
    for (const file of readdirSync(join(out, folder))) {
      if (readFileSync(join(out, folder, file), 'utf8').includes(bytecode.object.slice(2))) {
        throw new Error(
          `${folder}: ${file} holds the code of ${contract}; its doubles belong in a file of their own`,
        );
      }
    }
  }
}

function test(project: string, timeout: number): Promise<Outcome> {
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    FOUNDRY_SOLC: './solc.sh',
    FOUNDRY_OPTIMIZER: 'false',
    FOUNDRY_FUZZ_RUNS: '32',
  };
  const args = ['test', '--fail-fast', '--threads', '1'];
  return new Promise((resolve, reject) => {
    execFile(
      foundryBinary('forge'),
      args,
      { cwd: project, env, maxBuffer: 1 << 26, timeout },
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

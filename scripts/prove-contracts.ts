/**
 * `npm run prove:contracts -- [--only <part of a name>]`: has the compiler's model checker and z3 prove the assertions
 * of contracts/proofs for every input and every state, and find the bugs that are put into the contracts for it.
 *
 * Exit code 1 where an assertion is not proved or a bug is not found; 0 with a message where there is no z3.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = 'contracts/proofs';
const SOLVER_SECONDS = 20;

type Compile = (
  input: string,
  callbacks: {
    readonly import: (path: string) => { readonly contents: string } | { readonly error: string };
    readonly smtSolver: (query: string) => { readonly contents: string };
  },
) => string;
const { compile } = createRequire(import.meta.url)('solc') as { compile: Compile };

/** A bug for a proof to find: texts and what takes their place. */
type Bug = {
  readonly proof: string;
  readonly path: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
};

const BUGS: readonly Bug[] = [
  {
    proof: 'QuorumProof',
    path: 'contracts/src/Quorum.sol',
    edits: [['faultsTolerated(size) + 2) / 2', 'faultsTolerated(size) + 1) / 2']],
  },
  {
    proof: 'HaltsProof',
    path: 'contracts/src/breaker/Halts.sol',
    edits: [['if (msg.sender != GOVERNANCE) revert', 'if (msg.sender == address(0)) revert']],
  },
  {
    proof: 'ParameterRulesProof',
    path: 'contracts/src/ParameterRules.sol',
    // Without the budget, whose product of two unknowns takes the solver too long to satisfy.
    edits: [
      ['if (size > step) revert', 'if (size > step + 1) revert'],
      ['if (size > left) revert BudgetExceeded(id, current, value, left);', ''],
    ],
  },
];

/** What the model checker said of the assertions of one contract. */
type Verdict = { readonly proved: number; readonly failed: readonly string[] };

/**
 * The source as it is proved. The checker does not follow custom errors, so a revert is a `require`; functions are
 * opened, so that a proof calls them with any sender and sees the whole state.
 */
function opened(path: string, text: string): string {
  const checked = text.replace(/\brevert \w+(?:\.\w+)?\((?:[^()]|\([^()]*\))*\)/g, 'require(false)');
  if (!path.startsWith('contracts/src/') || path.includes('/interfaces/')) return checked;
  return checked
    .replace(/\bexternal\b/g, 'public')
    .replace(/\bprivate\b/g, 'internal')
    .replace(/\bcalldata\b/g, 'memory');
}

function prove(name: string, bug?: Bug): Verdict {
  const read = (path: string): string => {
    const text = readFileSync(join(root, path), 'utf8');
    if (bug?.path !== path) return opened(path, text);
    const edited = bug.edits.reduce((before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`${path}: expected ${from}`);
      return before.replace(from, to);
    }, text);
    return opened(path, edited);
  };
  const file = `${FOLDER}/${name}.sol`;
  const modelChecker = {
    ...{ contracts: { [file]: [name] }, engine: 'bmc', solvers: ['smtlib2'], targets: ['assert'] },
    ...{ showUnproved: true, showProvedSafe: true },
  };
  const sources = { [file]: { content: read(file) } };
  const settings = { modelChecker, outputSelection: { '*': { '*': ['abi'] } } };
  const answer = compile(JSON.stringify({ language: 'Solidity', sources, settings }), {
    import: (path) => {
      const found = [path, `node_modules/${path}`].find((each) => existsSync(join(root, each)));
      return found === undefined ? { error: `${path}: not found` } : { contents: read(found) };
    },
    smtSolver: (query) => ({
      contents: spawnSync('z3', ['-in', '-smt2', `-T:${SOLVER_SECONDS}`], { input: query, encoding: 'utf8' })
        .stdout,
    }),
  });
  const { errors = [] } = JSON.parse(answer) as {
    readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  };
  const said = errors.map(({ formattedMessage }) => formattedMessage);
  const broken = errors.find(({ severity }) => severity === 'error');
  if (broken !== undefined) throw new Error(broken.formattedMessage);
  return {
    proved: said.filter((text) => text.includes('check is safe')).length,
    failed: said.filter((text) => /Assertion violation (?:happens|might happen)/.test(text)),
  };
}

function main(only: string): boolean {
  if (spawnSync('z3', ['--version']).error !== undefined) {
    console.log('nothing is proved: there is no z3 here (Debian: apt-get install z3)');
    return true;
  }
  let ok = true;
  const names = readdirSync(join(root, FOLDER)).map((file) => basename(file, '.sol'));
  for (const name of names.filter((each) => each.includes(only))) {
    const { proved, failed } = prove(name);
    const asserted = readFileSync(join(root, FOLDER, `${name}.sol`), 'utf8').match(/\bassert\(/g)?.length;
    ok &&= proved === asserted;
    console.log(`${name}: ${proved} of ${asserted} assertions proved`);
    for (const text of failed) console.log(text);
    for (const bug of BUGS.filter(({ proof }) => proof === name)) {
      const found = prove(name, bug).failed.find((text) => text.includes('happens here'));
      ok &&= found !== undefined;
      console.log(
        `  with "${bug.edits[0]?.[1]}": ${found === undefined ? 'NOT FOUND' : 'a counter-example'}`,
      );
    }
  }
  return ok;
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
process.exitCode = main(values.only) ? 0 : 1;

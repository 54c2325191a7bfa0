import { Worker } from 'node:worker_threads';
import { compilerVersion, compileStandardJson, refuseWarnings } from './compiler.ts';

/** What forge asks for of one file: contract name, or `*`, to the outputs. */
type Selection = Readonly<Record<string, readonly string[]>>;

type Input = {
  readonly settings: {
    readonly optimizer?: { readonly enabled?: boolean };
    readonly outputSelection: Readonly<Record<string, Selection>>;
  };
};

type Answer = {
  readonly errors?: readonly { readonly formattedMessage: string }[];
  readonly sources?: Readonly<Record<string, unknown>>;
  readonly contracts?: Readonly<Record<string, unknown>>;
};

/** What a {@link Worker} of `compile-worker.ts` is given. */
export type CompileJob = { readonly input: string; readonly root: string };

const isTest = (path: string): boolean => path.startsWith('contracts/test/');

/**
 * Answers forge: tests are compiled without the optimiser, whatever stands in contracts/src with the settings that
 * forge gives, both at once. Optimising the tests takes more than twice the time of all else and proves nothing: they
 * deploy the contracts by their artifacts (`dynamic_test_linking`), so that what they call is the deployed code.
 *
 * @param input the request as JSON text (Solidity documentation, "Compiler Input and Output JSON Description").
 * @param root folder that imports are looked up in.
 * @returns the answer as JSON text; compile errors, and warnings about contracts/src as errors, stand in it.
 */
export async function answerForge(input: string, root: string): Promise<string> {
  const request = JSON.parse(input) as Input;
  const { settings } = request;
  const [tests, sources] = [isTest, (path: string) => !isTest(path)].map((takes) =>
    Object.fromEntries(
      Object.entries(settings.outputSelection).filter(
        ([path, outputs]) => takes(path) && Object.values(outputs).some(({ length }) => length > 0),
      ),
    ),
  );
  if (tests === undefined || sources === undefined || settings.optimizer?.enabled !== true) {
    return refuseWarnings(compileStandardJson(input, root));
  }
  const jobs = [
    { optimizer: { enabled: false }, outputSelection: tests },
    { optimizer: settings.optimizer, outputSelection: sources },
  ].filter(({ outputSelection }) => Object.keys(outputSelection).length > 0);
  const answers = await Promise.all(
    jobs.map((changed) =>
      compileApart({ input: JSON.stringify({ ...request, settings: { ...settings, ...changed } }), root }),
    ),
  );
  return refuseWarnings(JSON.stringify(merged(answers.map((answer) => JSON.parse(answer) as Answer))));
}

/** What forge reads the version from. */
export function versionAnswer(): string {
  return `solc, the solidity compiler commandline interface\nVersion: ${compilerVersion()}\n`;
}

function compileApart(job: CompileJob): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('compile-worker.ts', import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Each job has read every source, so that they number sources alike and may say the same of them. */
function merged(answers: readonly Answer[]): Answer {
  const errors = new Map(
    answers.flatMap(({ errors = [] }) => errors.map((error) => [error.formattedMessage, error])),
  );
  return {
    errors: [...errors.values()],
    sources: Object.assign({}, ...answers.map(({ sources }) => sources)),
    contracts: Object.assign({}, ...answers.map(({ contracts }) => contracts)),
  };
}

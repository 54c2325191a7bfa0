/**
 * A process that tries mutants one after another: `fork`ed by {@link ./pool.ts}, which ends it when a mutant does not.
 *
 * Each mutant has modules of its own: what it changes, and what depends on that, bears its number in the URL, so that
 * one process tries many without starting anew. All other modules of the trial's folder are shared, and stay warm.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Mocha from 'mocha';
import { ModuleGraph } from './graph.ts';

/** What a host is asked: run the tests with one edit, or with none. */
export type Trial = {
  readonly id: number;
  readonly root: string;
  /** What is mutated and its tests lie here; the modules of other folders are loaded once. */
  readonly folder: string;
  /** Test files relative to the root, those of a stage together; the first failure ends the trial. */
  readonly stages: readonly (readonly string[])[];
  /** The longest that one test may take, in ms; what the pool allows where left out. */
  readonly stuckMs?: number;
  /** Suites whose title has this word are tried first. */
  readonly first: string;
  /** Other text for whole files, by path. */
  readonly replaced: Readonly<Record<string, string>>;
  readonly edit?: {
    readonly path: string;
    readonly at: number;
    readonly length: number;
    readonly replacement: string;
  };
};

/** What it answers: `alive` after each test, then how it ended. */
export type Answer =
  | { readonly type: 'alive' }
  | { readonly type: 'survived'; readonly tests: number }
  | { readonly type: 'killed'; readonly by: string };

const MARK = 'mutant';
const SHARED = 'none';
/** How the titles of suites begin that hold a suite for every rule. */
const LAWS = 'laws of';
let graph: ModuleGraph | undefined;
let current: Trial | undefined;

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    const path = pathOf(resolved.url);
    if (current === undefined || path === undefined) return resolved;
    const own = isOwn(current, path) ? current.id : SHARED;
    return { ...resolved, url: `${resolved.url.split('?')[0]}?${MARK}=${own}` };
  },
  load: (url, context, next) => {
    const path = pathOf(url);
    if (current === undefined || path === undefined) return next(url, context);
    return { format: 'module', source: sourceOf(current, path), shortCircuit: true };
  },
});

process.on('message', (trial: Trial) => {
  void run(trial).then((answer) => process.send?.(answer));
});

/** The path of a module that mutants have for themselves. */
function pathOf(url: string): string | undefined {
  if (current === undefined || !url.startsWith('file:')) return undefined;
  const root = `${pathToFileURL(current.root).href}/`;
  const path = url.startsWith(root) ? url.slice(root.length).split('?')[0] : undefined;
  return path?.startsWith(`${current.folder}/`) && path.endsWith('.ts') ? path : undefined;
}

/** Whether a module is loaded anew for a trial: a test, the edited file, or what depends on it. */
function isOwn({ root, edit }: Trial, path: string): boolean {
  return path.endsWith('.test.ts') || (edit !== undefined && graphOf(root).dependsOn(path, edit.path));
}

function sourceOf({ root, edit, replaced }: Trial, path: string): string {
  const text = replaced[path] ?? graphOf(root).source(path);
  if (edit?.path !== path) return text;
  return text.slice(0, edit.at) + edit.replacement + text.slice(edit.at + edit.length);
}

function graphOf(root: string): ModuleGraph {
  graph ??= new ModuleGraph(root);
  return graph;
}

async function run(trial: Trial): Promise<Answer> {
  current = trial;
  const { root, stages, edit } = trial;
  let tests = 0;
  for (const stage of stages) {
    const touched = stage.filter((test) => edit === undefined || graphOf(root).dependsOn(test, edit.path));
    const answer = await runStage(trial, touched);
    if (answer.type !== 'survived') return answer;
    tests += answer.tests;
  }
  return { type: 'survived', tests };
}

async function runStage(
  { root, first }: Trial,
  tests: readonly string[],
): Promise<Exclude<Answer, { type: 'alive' }>> {
  const mocha = new Mocha({ bail: true, timeout: 0 });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  try {
    for (const test of tests) await import(pathToFileURL(join(root, test)).href);
  } catch (error) {
    return { type: 'killed', by: `import: ${error instanceof Error ? error.message : error}` };
  }
  bringForward(mocha.suite, first);
  return new Promise((resolve) => {
    let failed: string | undefined;
    let passed = 0;
    const runner = mocha.run(() => {
      resolve(failed === undefined ? { type: 'survived', tests: passed } : { type: 'killed', by: failed });
    });
    runner.on('fail', (test, error) => {
      failed ??= `${test.fullTitle()}: ${error.message.split('\n')[0]}`;
    });
    runner.on('test end', () => {
      passed++;
      process.send?.({ type: 'alive' } satisfies Answer);
    });
  });
}

/**
 * Suites about the mutated part first, at every depth; the rest in order. Of the laws, which every rule runs through,
 * only those of the rules that bear its name, where there are any.
 */
function bringForward(suite: Mocha.Suite, word: string): void {
  const isAbout = (each: Mocha.Suite): boolean => each.title.includes(word) || each.suites.some(isAbout);
  const about = suite.suites.filter(isAbout);
  const isLaws = suite.title.startsWith(LAWS) && about.length > 0;
  suite.suites = isLaws ? about : [...about, ...suite.suites.filter((each) => !isAbout(each))];
  for (const each of suite.suites) bringForward(each, word);
}

// Without a parent there is nobody to ask.
process.on('disconnect', () => process.exit());

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runCheck } from '../scripts/test-runner/check-suite.ts';
import { groupTestFiles, selectTestFiles } from '../scripts/test-runner/discover.ts';
import { parseEvents } from '../scripts/test-runner/events.ts';
import { type MochaOptions, runMochaSuite } from '../scripts/test-runner/mocha-suite.ts';
import { runPool } from '../scripts/test-runner/pool.ts';
import { lastLine, type SuiteResult, slowest, total } from '../scripts/test-runner/result.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

function suite(part: Partial<SuiteResult>): SuiteResult {
  return { name: 'x', passed: 0, failed: 0, skipped: 0, failures: [], output: '', tests: [], ms: 0, ...part };
}

describe('test runner', () => {
  let scratch: string;
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'ballast-runner-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Runs `body` as a test file of its own. */
  async function run(name: string, body: string, options: Partial<MochaOptions> = {}): Promise<SuiteResult> {
    const file = join(scratch, `${name}.test.mjs`);
    writeFileSync(file, body);
    const limits = { openHandlesMs: 5_000, stallMs: 10_000 };
    return runMochaSuite({ name, files: [file] }, { root: ROOT, scratch, ...limits, ...options });
  }

  it('counts what passed, failed and was skipped, and shows why', async () => {
    const result = await run(
      'counts',
      `describe('a', () => {
        it('passes', () => {});
        it('passes too', () => {});
        it('fails', () => { throw new Error('the reason'); });
        it.skip('waits', () => {});
      });`,
    );
    expect(result).to.include({ passed: 2, failed: 1, skipped: 1 });
    expect(result.failures).to.deep.equal(['a fails']);
    expect(result.output).to.include('the reason');
    expect(result.tests.map(({ title }) => title)).to.deep.equal(['a passes', 'a passes too']);
  });

  it('counts a hook that fails', async () => {
    const result = await run('hook', "before(() => { throw new Error('no'); }); it('x', () => {});");
    expect(result).to.include({ passed: 0, failed: 1 });
  });

  it('counts a crash in the middle as a failure and keeps what had passed', async () => {
    const result = await run(
      'crash',
      "it('a', () => {}); it('b', () => process.exit(0)); it('c', () => {});",
    );
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.failures[0]).to.equal('crashed (exit code 0) at: b');
    const killed = await run('killed', "it('a', () => process.kill(process.pid, 'SIGKILL'));");
    expect(killed.failures).to.deep.equal(['crashed (SIGKILL) at: a']);
  });

  it('counts a file that cannot be loaded as a failure', async () => {
    const result = await run('broken', "import './absent.mjs';");
    expect(result).to.include({ passed: 0, failed: 1 });
    expect(result.output).to.include('absent.mjs');
  });

  it('counts an error after the last test as a failure', async () => {
    const result = await run(
      'late',
      "it('a', () => { setTimeout(() => { throw new Error('late'); }, 300); });",
    );
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.failures[0]).to.match(/^ended with exit code \d+ though no test failed$/);
  });

  it('counts a rejection that nobody handles, between tests and after the last', async () => {
    const reject = (ms: number) => `setTimeout(() => Promise.reject(new Error('lost')), ${ms});`;
    const body = `it('a', () => { ${reject(0)} }); it('b', (done) => { ${reject(200)} setTimeout(done, 50); });`;
    const result = await run('rejection', body);
    expect(result).to.include({ passed: 2, failed: 2 });
    expect(result.output.match(/Error: lost/g)).to.have.length(2);
  });

  it('counts a process that stays open as a failure, ends it and says what keeps it', async () => {
    const result = await run('open', "it('a', () => { setInterval(() => {}, 1000); });", {
      openHandlesMs: 500,
    });
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.failures[0]).to.include('0.5 s after its last test');
    expect(result.output).to.include('still open').and.to.include('Timeout');
  });

  it('waits for a process that has nothing open and takes long to leave, but not for ever', async () => {
    const leave = (ms: number) =>
      `it('a', () => {}); process.on('exit', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms}));`;
    const slow = await run('slow', leave(1_500), { openHandlesMs: 500 });
    expect(slow).to.include({ passed: 1, failed: 0 });
    const stuck = await run('stuck', leave(60_000), { openHandlesMs: 500, stallMs: 1_500 });
    expect(stuck).to.include({ passed: 1, failed: 1 });
    expect(stuck.failures[0]).to.equal('stopped after 1.5 s without news: leaving');
  });

  it('stops a test that never comes back', async () => {
    const result = await run('stall', "it('a', () => {}); it('b', () => { for (;;); });", { stallMs: 1_500 });
    expect(result).to.include({ passed: 1, failed: 1 });
    expect(result.failures[0]).to.equal('stopped after 1.5 s without news: b');
  });

  it('leaves nothing behind that a test has started', async () => {
    const body = `import { spawn } from 'node:child_process';
      it('a', () => { const c = spawn('sleep', ['60'], { stdio: 'ignore' }); c.unref(); console.log('pid', c.pid); });`;
    const result = await run('orphan', body);
    expect(result).to.include({ passed: 1, failed: 0 });
    const pid = /pid (\d+)/.exec(result.output)?.[1] ?? '';
    expect(pid).to.match(/^\d+$/);
    // A killed process may take a moment to die, and wait as a zombie for its parent to look.
    const state = () =>
      execFileSync('sh', ['-c', `ps -o stat= -p ${pid} || true`], { encoding: 'utf8' }).trim();
    const until = performance.now() + 5_000;
    while (/^[^Z]/.test(state()) && performance.now() < until) await delay(20);
    expect(state()).to.match(/^(?:Z.*)?$/);
  });

  it('runs only what --grep names, and nothing is not success', async () => {
    const body = "it('one', () => {}); it('two', () => {});";
    expect(await run('some', body, { grep: 'two' })).to.include({ passed: 1, failed: 0 });
    const none = await run('none', body, { grep: 'three' });
    expect(none).to.include({ passed: 0, failed: 0 });
    expect(total([none]).ok).to.equal(false);
  });

  it('counts a check as one', async () => {
    const options = { root: ROOT, scratch };
    const good = await runCheck({ name: 'good', args: ['-e', ''] }, options);
    const bad = await runCheck({ name: 'bad', args: ['-e', "console.log('why'); process.exit(2)"] }, options);
    expect(good).to.include({ passed: 1, failed: 0 });
    expect(bad).to.include({ passed: 0, failed: 1, output: 'why\n' });
  });

  it('ends with the sum of all suites', () => {
    const results = [suite({ passed: 3 }), suite({ passed: 2, failed: 1 })];
    expect(lastLine(results)).to.equal('5 passed, 1 failed');
    expect(lastLine([suite({ passed: 1, skipped: 2 })])).to.equal('1 passed, 0 failed, 2 skipped');
    expect(total(results).ok).to.equal(false);
    expect(total([suite({ passed: 1 })]).ok).to.equal(true);
    expect(total([]).ok).to.equal(false);
  });

  it('names the slowest tests first', () => {
    const tests = [5, 900, 30].map((ms) => ({ title: `t${ms}`, ms }));
    expect(slowest([suite({ tests })], 2)).to.deep.equal(['    900 ms  t900', '     30 ms  t30']);
  });

  it('groups by folder and keeps end-to-end tests apart', () => {
    const groups = groupTestFiles([
      'aggregation/robust/test/b.test.ts',
      'aggregation/test/a.test.ts',
      'contracts/test/a.test.ts',
      'contracts/test/forge.test.ts',
      'contracts/test/generated.test.ts',
      'node/network/test/a.test.ts',
      'node/store/test/a.test.ts',
      'node/test/e2e/faults.test.ts',
      'node/test/e2e/hostile-peer.test.ts',
      'node/test/e2e/operator.test.ts',
      'simulations/test/a.test.ts',
      'simulations/test/e2e/kill-leader.test.ts',
      'simulations/test/e2e/kill.test.ts',
      'simulations/test/learning.test.ts',
      'simulations/world/test/a.test.ts',
      'test/e2e/devnet.test.ts',
      'test/package.test.ts',
    ]);
    expect(groups.parallel.map(({ name, files }) => [name, files.length])).to.deep.equal([
      ['contracts', 1],
      ['contracts/forge', 2],
      ['simulations', 1],
      ['simulations/test/learning.test.ts', 1],
      ['simulations/world', 1],
      ['node/network', 1],
      ['aggregation', 2],
      ['node/store', 1],
      ['test', 1],
    ]);
    expect(groups.patient.map(({ name }) => name)).to.deep.equal([
      'simulations/test/e2e/kill.test.ts',
      'node/test/e2e/operator.test.ts',
    ]);
    expect(groups.punctual.map(({ name }) => name)).to.deep.equal([
      'simulations/test/e2e/kill-leader.test.ts',
    ]);
    expect(groups.paired.map(({ name }) => name)).to.deep.equal([
      'node/test/e2e/faults.test.ts',
      'node/test/e2e/hostile-peer.test.ts',
    ]);
    const last = groups.parallel.filter(({ niceness }) => niceness === 6).map(({ name }) => name);
    expect(last).to.have.members([
      'contracts/forge',
      'simulations',
      'simulations/test/learning.test.ts',
      'simulations/world',
      'aggregation',
    ]);
    expect(groups.alone.map(({ name }) => name)).to.deep.equal(['test/e2e/devnet.test.ts']);
  });

  it('takes files, folders and globs, and refuses what names nothing', () => {
    const tree = join(scratch, 'tree');
    mkdirSync(join(tree, 'a/test'), { recursive: true });
    for (const name of ['one.test.ts', 'two.test.ts', 'helper.ts'])
      writeFileSync(join(tree, 'a/test', name), '');
    const both = ['a/test/one.test.ts', 'a/test/two.test.ts'];
    expect(selectTestFiles(tree, tree, ['a'])).to.deep.equal(both);
    expect(selectTestFiles(tree, tree, ['a/**/t*.test.ts', 'a/test/two.test.ts'])).to.deep.equal([both[1]]);
    expect(selectTestFiles(tree, join(tree, 'a'), ['test/one.test.ts'])).to.deep.equal([both[0]]);
    expect(() => selectTestFiles(tree, tree, ['a/test/helper.ts'])).to.throw(
      'no test file matches a/test/helper.ts',
    );
    expect(() => selectTestFiles(tree, tree, ['b'])).to.throw('no test file matches b');
  });

  it('reads events up to the line that is still being written', () => {
    const text = '{"type":"skip","title":"a"}\n{"type":"en';
    expect(parseEvents(text)).to.deep.equal({ events: [{ type: 'skip', title: 'a' }], rest: '{"type":"en' });
  });

  it('runs no more jobs at a time than it may', async () => {
    let [now, most] = [0, 0];
    const job = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    };
    await runPool(
      Array.from({ length: 7 }, () => job),
      2,
    );
    expect(most).to.equal(2);
  });
});

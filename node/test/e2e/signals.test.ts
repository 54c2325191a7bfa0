import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { commandOf, createSandbox, gone, killAll, Run, type Sandbox } from './command.ts';

/** A small network: what is tested here does not depend on its size. */
const SMALL = ['--nodes', '4', '--byzantine', '0', '--rule', 'median', '--json'];

describe('ending a devnet', function () {
  this.timeout(120_000);
  let place: Sandbox;

  beforeEach(async () => {
    place = await createSandbox();
  });

  afterEach(async () => {
    await killAll();
    await place.remove();
  });

  const start = (...args: string[]) =>
    new Run(['devnet', ...SMALL, '--rounds', '50', ...args, '--data-dir', place.dataDir], place);

  /** Resolves in the middle of the first round: updates are being collected, or later. */
  const inRound = (run: Run) =>
    run.until(
      () => run.events.find((event) => event.event === 'node' && event.detail.event === 'trained'),
      'a node that has trained',
    );

  it('one Ctrl-C in the middle of a round ends it in order within ten seconds', async () => {
    const run = start('--exit');
    await inRound(run);
    run.child.kill('SIGINT');
    expect(await run.end(10_000)).to.deep.equal({ code: 130, signal: null });
    await gone(run, 500);
    expect(run.stderr).to.equal('');
    expect(place.strays()).to.deep.equal([]);
  });

  it('a second Ctrl-C ends it at once', async () => {
    const run = start();
    await inRound(run);
    run.child.kill('SIGINT');
    // Two signals at once may arrive as one.
    await sleep(200);
    run.child.kill('SIGINT');
    expect(await run.end(3_000)).to.deep.equal({ code: 130, signal: null });
    await gone(run, 1_000);
  });

  it('Ctrl-C before the first round leaves nothing behind', async () => {
    for (const afterProcesses of [1, 3, 6]) {
      const run = start('--exit');
      await run.until(() => (run.processes().length >= afterProcesses ? true : undefined), 'its processes');
      run.child.kill('SIGINT');
      const { code } = await run.end(10_000);
      expect(code, `after ${afterProcesses} processes`).to.be.oneOf([130, null]);
      await gone(run, 1_000);
    }
  });

  it('kill -9 of the devnet takes every node and the chain with it', async () => {
    const run = start();
    await inRound(run);
    const commands = run.processes().map(commandOf);
    expect(commands.filter((command) => / node --config /.test(command))).to.have.length(4);
    expect(commands.some((command) => /anvil/.test(command))).to.equal(true);
    run.child.kill('SIGKILL');
    expect((await run.end(1_000)).signal).to.equal('SIGKILL');
    await gone(run, 8_000);
    expect(place.strays()).to.deep.equal([]);
  });

  it('takes the death of one node for a failure, and names it', async () => {
    const run = start('--exit');
    await inRound(run);
    const victim = run.processes().find((pid) => commandOf(pid).includes('node-3/config.json'));
    if (victim === undefined) throw new Error('node 3 has a process');
    process.kill(victim, 'SIGKILL');
    expect(await run.end(12_000)).to.deep.equal({ code: 1, signal: null });
    expect(run.stderr).to.match(/^ballast: node-3: ended with [^\n]*\n$/);
    await gone(run, 500);
  });
});

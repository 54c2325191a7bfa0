import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { commandOf, createSandbox, gone, killAll, Run, type Sandbox } from './command.ts';

/** A small network: what is tested here does not depend on its size. */
const SMALL = ['--nodes', '4', '--byzantine', '0', '--rule', 'median', '--rounds', '50', '--json'];

/** The devnets start together, since starting is mostly waiting; each is ended in its own way. */
describe('ending a devnet', function () {
  this.timeout(180_000);
  const places: Sandbox[] = [];
  const start = async (...args: string[]) => {
    const place = await createSandbox();
    places.push(place);
    return { place, run: new Run(['devnet', ...SMALL, ...args, '--data-dir', place.dataDir], place) };
  };

  after(async () => {
    await killAll();
    for (const place of places) await place.remove();
  });

  describe('in the middle of a round', () => {
    type Started = Awaited<ReturnType<typeof start>>;
    let started: Started[] = [];
    const take = (): Started => {
      const next = started.pop();
      if (next === undefined) throw new Error('a devnet for each test');
      return next;
    };

    before(async () => {
      started = await Promise.all(Array.from({ length: 4 }, () => start('--exit')));
      const isInRound = (run: Run) =>
        run.events.find((event) => event.event === 'node' && event.detail.event === 'trained');
      await Promise.all(started.map(({ run }) => run.until(() => isInRound(run), 'a node that has trained')));
    });

    it('one Ctrl-C ends it in order within ten seconds', async () => {
      const { run, place } = take();
      run.child.kill('SIGINT');
      expect(await run.end(10_000)).to.deep.equal({ code: 130, signal: null });
      await gone(run, 500);
      expect(run.stderr).to.equal('');
      expect(place.strays()).to.deep.equal([]);
    });

    it('a second Ctrl-C ends it at once', async () => {
      const { run } = take();
      run.child.kill('SIGINT');
      // Two signals at once may arrive as one.
      await sleep(200);
      run.child.kill('SIGINT');
      expect(await run.end(3_000)).to.deep.equal({ code: 130, signal: null });
      await gone(run, 1_000);
    });

    it('kill -9 takes every node and the chain with it', async () => {
      const { run, place } = take();
      const commands = run.processes().map(commandOf);
      expect(commands.filter((command) => / node --config /.test(command))).to.have.length(4);
      expect(commands.some((command) => /anvil/.test(command))).to.equal(true);
      run.child.kill('SIGKILL');
      expect((await run.end(2_000)).signal).to.equal('SIGKILL');
      await gone(run, 8_000);
      expect(place.strays()).to.deep.equal([]);
    });

    it('the death of one node is a failure that names it', async () => {
      const { run } = take();
      const victim = run.processes().find((pid) => commandOf(pid).includes('node-3/config.json'));
      if (victim === undefined) throw new Error('node 3 has a process');
      process.kill(victim, 'SIGKILL');
      expect(await run.end(12_000)).to.deep.equal({ code: 1, signal: null });
      expect(run.stderr).to.match(/^ballast: node-3: ended with [^\n]*\n$/);
      await gone(run, 500);
    });
  });

  it('the end of whoever reads its output ends it in order, without a stack', async () => {
    const { run } = await start('--exit');
    // The chain, and a node that will tell that it started.
    await run.until(() => (run.processes().length >= 2 ? true : undefined), 'its processes');
    run.child.stdout?.destroy();
    expect(await run.end(60_000)).to.deep.equal({ code: 130, signal: null });
    expect(run.stderr).to.equal('');
    await gone(run, 500);
  });

  it('before the first round leaves nothing behind', async () => {
    await Promise.all(
      [1, 3, 6].map(async (afterProcesses) => {
        const { run, place } = await start('--exit');
        await run.until(() => (run.processes().length >= afterProcesses ? true : undefined), 'its processes');
        run.child.kill('SIGINT');
        const { code } = await run.end(10_000);
        // A signal that comes before the command has read its arguments ends it as it ends any process.
        expect(code, `after ${afterProcesses} processes`).to.be.oneOf([130, null]);
        await gone(run, 1_000);
        expect(place.strays()).to.deep.equal([]);
      }),
    );
  });
});

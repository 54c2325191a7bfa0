import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { StoreError } from '../../store/index.ts';
import { Conditions } from '../conditions.ts';
import { Supervisor } from '../supervisor.ts';

const full = () => new StoreError('DISK_FULL', 'no space left');

class Bench {
  readonly stopping = new AbortController();
  readonly conditions = new Conditions({ emit: () => undefined, now: () => 0 });
  readonly log: string[] = [];
  /** What the next openings throw. */
  faults: unknown[] = [];
  fail: (error: unknown) => void = () => undefined;
  readonly supervisor = new Supervisor(
    { firstMs: 1, mostMs: 4 },
    {
      open: async (onFailure) => {
        const fault = this.faults.shift();
        this.log.push(fault === undefined ? 'open' : 'refused');
        if (fault !== undefined) throw fault;
        this.fail = onFailure;
        return { start: () => this.log.push('start'), stop: async () => void this.log.push('stop') };
      },
      conditions: this.conditions,
      onError: (error) => this.log.push(`error ${error}`),
      signal: this.stopping.signal,
    },
  );

  async until(done: () => boolean): Promise<void> {
    while (!done()) await turn();
  }
}

describe('a core under supervision', function () {
  this.timeout(5_000);

  it('is closed and opened again after a fault, as often as it takes', async () => {
    const bench = new Bench();
    await bench.supervisor.open();
    bench.supervisor.start();
    bench.faults = [full(), new StoreError('STORE_FAILED', 'odd')];
    bench.fail(full());
    bench.fail(full());
    expect(bench.supervisor.current).to.equal(undefined);
    expect(bench.conditions.has('DISK_FULL')).to.equal(true);
    await bench.until(() => bench.supervisor.current !== undefined);
    expect(bench.log).to.deep.equal(['open', 'start', 'stop', 'refused', 'refused', 'open', 'start']);
    expect(bench.conditions.active).to.deep.equal([]);
  });

  it('ignores a fault of a core that is gone', async () => {
    const bench = new Bench();
    await bench.supervisor.open();
    const late = bench.fail;
    bench.fail(full());
    await bench.until(() => bench.supervisor.current !== undefined);
    late(full());
    expect(bench.supervisor.current).not.to.equal(undefined);
  });

  it('waits for a disk at the start, and for nothing else', async () => {
    const waiting = new Bench();
    waiting.faults = [full(), full()];
    await waiting.supervisor.open();
    expect(waiting.log).to.deep.equal(['refused', 'refused', 'open']);
    const refused = new Bench();
    refused.faults = [new StoreError('DATA_DIR_CORRUPT', 'damaged')];
    const error = await refused.supervisor.open().catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'DATA_DIR_CORRUPT');
  });

  it('ends while it is mended', async () => {
    const bench = new Bench();
    await bench.supervisor.open();
    bench.faults = Array.from({ length: 1_000 }, full);
    bench.fail(full());
    await turn();
    bench.stopping.abort(new Error('stop'));
    await bench.supervisor.stop();
    expect(bench.supervisor.current).to.equal(undefined);
    expect(bench.log.filter((entry) => entry === 'stop')).to.have.length(1);
  });
});

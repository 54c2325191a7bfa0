import { expect } from 'chai';
import type { Lie } from '../../../contracts/client/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import type { BlockId } from '../chain-source.ts';
import { ChainWatch } from '../chain-watch.ts';
import { type ConditionCode, Conditions } from '../conditions.ts';

/** A chain of heights and hashes, two blocks of which are not final, that can be cut, swapped and set back. */
class Chain {
  hashes: string[] = Array.from({ length: 40 }, (_, height) => `a${height}`);
  failure: BallastError | undefined;
  now = 0;
  readonly finalized: number[] = [];
  readonly depths: number[] = [];
  /** Times of blocks that came while it was watched. */
  readonly blocks: number[] = [];
  /** How far the endpoint that answers is behind, with the same blocks. */
  behind = 0;
  recovered = 0;
  readonly lies: Lie[] = [];
  readonly conditions = new Conditions({ emit: () => undefined, now: () => this.now });
  readonly watch = new ChainWatch(
    { pollMs: 1, stalledAfterMs: 10_000 },
    {
      source: {
        lies: this.lies,
        read: async (seen) => {
          if (this.failure !== undefined) throw this.failure;
          const top = this.hashes.length - 1;
          return {
            finalized: this.at(top - 2 - this.behind),
            latest: { ...this.at(top), timestamp: top },
            again: seen === undefined || seen > top ? undefined : this.at(seen),
          };
        },
        blocksAt: async (heights) =>
          heights.map((height) => (height < this.hashes.length ? this.at(height) : undefined)),
      },
      conditions: this.conditions,
      onFinalized: (height) => this.finalized.push(height),
      onReorganised: (depth) => this.depths.push(depth),
      onBlock: (timestamp) => this.blocks.push(timestamp),
      onRecovered: () => this.recovered++,
      monotonic: () => this.now,
    },
  );
  readonly #never = new AbortController().signal;

  at(height: number): BlockId {
    return { height, hash: this.hashes[height] ?? '' };
  }

  async grow(blocks: number, mark = 'a'): Promise<void> {
    for (let i = 0; i < blocks; i++) {
      this.hashes.push(`${mark}${this.hashes.length}`);
      await this.poll();
    }
  }

  async poll(): Promise<void> {
    this.now += 1_000;
    await this.watch.poll(this.#never);
  }

  get codes(): ConditionCode[] {
    return this.conditions.active.map(({ code }) => code);
  }
}

const fault = (code: string) => new BallastError(code, `${code}: now`);

describe('watching a chain', () => {
  it('tells each final height once, in order', async () => {
    const chain = new Chain();
    await chain.poll();
    await chain.grow(5);
    await chain.poll();
    expect(chain.finalized).to.deep.equal([37, 38, 39, 40, 41, 42]);
    // The last poll brought no new block: that was a second ago.
    expect(chain.watch.finalized).to.deep.equal({ height: 42, ageMs: 1_000 });
    expect(chain.codes).to.deep.equal([]);
  });

  it('tells a chain that is away from one that is another', async () => {
    const chain = new Chain();
    await chain.grow(3);
    chain.failure = fault('CHAIN_UNREACHABLE');
    await chain.poll();
    expect(chain.codes).to.deep.equal(['CHAIN_UNREACHABLE']);
    chain.failure = fault('CHAIN_MISMATCH');
    await chain.poll();
    expect(chain.codes).to.deep.equal(['CHAIN_MISMATCH']);
    expect(chain.recovered).to.equal(0);
    chain.failure = undefined;
    await chain.poll();
    expect([chain.codes, chain.recovered]).to.deep.equal([[], 1]);
  });

  it('names an endpoint that lies for as long as it is left aside, and says when no majority agrees', async () => {
    const chain = new Chain();
    await chain.grow(1);
    chain.lies.push({ endpoint: 'rpc 2 (b:1)', method: 'eth_call', got: '"0x1"', agreed: '"0x2"' });
    await chain.poll();
    expect(chain.conditions.active.map(({ code, message }) => [code, message])).to.deep.equal([
      ['ENDPOINT_LYING', 'rpc 2 (b:1): eth_call: got "0x1", the others say "0x2"'],
    ]);
    expect([chain.conditions.faults, chain.conditions.holdingChain]).to.deep.equal([[], undefined]);
    chain.lies.pop();
    chain.failure = fault('ENDPOINTS_DISAGREE');
    await chain.poll();
    expect(chain.codes).to.deep.equal(['ENDPOINTS_DISAGREE']);
    expect(chain.conditions.holdingChain).to.equal('ENDPOINTS_DISAGREE');
    chain.failure = undefined;
    await chain.poll();
    expect([chain.codes, chain.recovered]).to.deep.equal([[], 1]);
  });

  it('measures how deep a chain is reorganised, and waits for a block above all that were seen', async () => {
    const chain = new Chain();
    await chain.grow(20);
    const top = chain.hashes.length;
    chain.hashes = chain.hashes.slice(0, -12);
    await chain.grow(12, 'b');
    expect(chain.hashes).to.have.length(top);
    // The last two of the twelve were not final yet.
    expect(chain.depths).to.deep.equal([10]);
    expect(chain.codes).to.deep.equal(['CHAIN_REORGANISED']);
    await chain.grow(1, 'b');
    expect([chain.codes, chain.recovered]).to.deep.equal([[], 1]);
    expect(
      chain.finalized.toSorted((a, b) => a - b),
      'heights that were told before',
    ).to.deep.equal(chain.finalized);
  });

  it('sees a reorganisation that leaves the chain at its height', async () => {
    const chain = new Chain();
    await chain.grow(20);
    chain.hashes = chain.hashes.map((hash, i) => (i < chain.hashes.length - 5 ? hash : `c${i}`));
    await chain.poll();
    expect(chain.depths).to.deep.equal([3]);
    await chain.poll();
    expect(chain.depths, 'told once').to.deep.equal([3]);
  });

  it('takes an endpoint that is a little behind for no reorganisation', async () => {
    const chain = new Chain();
    await chain.grow(5);
    chain.behind = 3;
    await chain.poll();
    await chain.poll();
    chain.behind = 0;
    await chain.poll();
    expect([chain.depths, chain.codes]).to.deep.equal([[], []]);
  });

  it('compares no clock with a block that was there before it looked', async () => {
    const chain = new Chain();
    await chain.poll();
    await chain.grow(2);
    expect(chain.blocks).to.deep.equal([40, 41]);
    chain.failure = fault('CHAIN_UNREACHABLE');
    await chain.grow(3);
    chain.failure = undefined;
    await chain.poll();
    expect(chain.blocks).to.deep.equal([40, 41]);
    await chain.grow(1);
    expect(chain.blocks).to.deep.equal([40, 41, 45]);
  });

  it('says when no block comes, and not while the endpoint is away', async () => {
    const chain = new Chain();
    await chain.grow(2);
    for (let i = 0; i < 10; i++) await chain.poll();
    expect(chain.codes).to.deep.equal([]);
    await chain.poll();
    expect(chain.codes).to.deep.equal(['CHAIN_STALLED']);
    await chain.grow(1);
    expect(chain.codes).to.deep.equal([]);
    chain.failure = fault('CHAIN_UNREACHABLE');
    for (let i = 0; i < 30; i++) await chain.poll();
    chain.failure = undefined;
    await chain.poll();
    expect(chain.codes).to.deep.equal([]);
  });
});

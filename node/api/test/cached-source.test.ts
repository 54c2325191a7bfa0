import { expect } from 'chai';
import { cachedSource } from '../cached-source.ts';
import { errorOf, memorySource, serve, stopAll } from './support.ts';

/** A source that counts what it is asked, and a clock. */
function counted() {
  const inner = memorySource();
  const asked = { certificate: 0, report: 0, parameters: 0 };
  const clock = { now: 0, isBroken: false };
  const source = cachedSource(
    {
      ...inner,
      certificate: async (round) => {
        asked.certificate += 1;
        return inner.certificate(round);
      },
      report: async (version) => {
        asked.report += 1;
        return inner.report(version);
      },
      parameters: async () => {
        asked.parameters += 1;
        if (clock.isBroken) throw new Error('the chain is away');
        return inner.parameters();
      },
    },
    () => clock.now,
  );
  return { source, asked, clock };
}

describe('api: cached source', () => {
  after(stopAll);

  it('reads a certificate and a report once, however many ask at once and later', async () => {
    const { source, asked } = counted();
    const first = await Promise.all(Array.from({ length: 50 }, () => source.certificate(3)));
    expect(new Set(first).size).to.equal(1);
    expect(await source.certificate(3)).to.equal(first[0]);
    await Promise.all(Array.from({ length: 50 }, () => source.report(4)));
    expect(asked).to.deep.equal({ certificate: 1, report: 1, parameters: 0 });
    expect((await source.certificate(4))?.entry.round).to.equal(4);
  });

  it('asks again for what was not there', async () => {
    const { source, asked } = counted();
    expect(await source.certificate(99)).to.equal(undefined);
    expect(await source.certificate(99)).to.equal(undefined);
    expect(asked.certificate).to.equal(2);
  });

  it('reads the parameters once a second at most, and keeps no failure', async () => {
    const { source, asked, clock } = counted();
    await Promise.all(Array.from({ length: 50 }, () => source.parameters()));
    clock.now = 999;
    await source.parameters();
    expect(asked.parameters).to.equal(1);
    clock.now = 5_000;
    clock.isBroken = true;
    const failed = await Promise.allSettled([source.parameters(), source.parameters()]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    clock.isBroken = false;
    expect(await source.parameters()).to.have.length(1);
    expect(asked.parameters).to.equal(3);
  });

  it('asks again after a clock that went back', async () => {
    const { source, asked, clock } = counted();
    clock.now = 3_600_000;
    await source.parameters();
    clock.now = 0;
    await source.parameters();
    expect(asked.parameters).to.equal(2);
  });

  it('reads rounds of versions and weights once', async () => {
    const inner = memorySource();
    const asked = { roundOf: 0, weights: 0 };
    const source = cachedSource(
      {
        ...inner,
        roundOf: async (version) => {
          asked.roundOf += 1;
          return inner.roundOf(version);
        },
        weights: async (digest) => {
          asked.weights += 1;
          return inner.weights(digest);
        },
      },
      () => 0,
    );
    const { modelDigest } = source.head();
    for (let i = 0; i < 20; i++) {
      expect(await source.roundOf(3)).to.equal(await inner.roundOf(3));
      expect(await source.weights(modelDigest)).to.deep.equal(await inner.weights(modelDigest));
    }
    expect(asked).to.deep.equal({ roundOf: 1, weights: 1 });
    expect(await source.weights('00'.repeat(32))).to.equal(undefined);
  });

  it('gives parameters of a moment ago while a slow chain is read, and none that are older', async () => {
    const inner = memorySource();
    const [first] = await inner.parameters();
    let asked = 0;
    let now = 0;
    let answer: (() => void) | undefined;
    const source = cachedSource(
      {
        ...inner,
        parameters: async () => {
          asked += 1;
          if (asked > 1) await new Promise<void>((resolve) => (answer = resolve));
          return [{ ...(first as NonNullable<typeof first>), sequence: asked }];
        },
      },
      () => now,
    );
    expect((await source.parameters())[0]?.sequence).to.equal(1);
    now = 1_000;
    for (let i = 0; i < 10; i++) expect((await source.parameters())[0]?.sequence).to.equal(1);
    expect(asked).to.equal(2);
    now = 5_000;
    const waiting = source.parameters();
    answer?.();
    expect((await waiting)[0]?.sequence).to.equal(2);
    expect(asked).to.equal(2);
  });

  it('does not keep an error that is thrown at once', async () => {
    let isBroken = true;
    const inner = memorySource();
    const failing = (): void => {
      if (isBroken) throw new Error('not now');
    };
    const source = cachedSource(
      {
        ...inner,
        certificate: (round) => {
          failing();
          return inner.certificate(round);
        },
        parameters: () => {
          failing();
          return inner.parameters();
        },
      },
      () => 0,
    );
    const broken = await Promise.allSettled([source.certificate(1), source.parameters()]);
    expect(broken.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    isBroken = false;
    expect((await source.certificate(1))?.entry.round).to.equal(1);
    expect(await source.parameters()).to.have.length(1);
  });

  it('gives up on an answer that the node does not find', async () => {
    const { get } = await serve({
      source: memorySource({ parameters: () => new Promise(() => undefined) }),
      limits: { answerMs: 100 },
    });
    const response = await get('/v1/parameters');
    expect(response.status).to.equal(503);
    expect(await errorOf(response)).to.include({ code: 'ANSWER_TIMEOUT' });
  });
});

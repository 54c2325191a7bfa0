import { expect } from 'chai';
import type { Roll } from '../../../coordinator/index.ts';
import { Payloads } from '../payloads.ts';
import { madeOnce, steadyPage } from '../steady.ts';
import { memorySource, ROUND_WITHOUT_ROLL, ROUNDS, serve, stopAll } from './support.ts';

describe('api: payloads', () => {
  after(stopAll);

  it('are written and hashed once for a body, and anew for another that says the same', () => {
    const payloads = new Payloads();
    let written = 0;
    const write = () => {
      written += 1;
      return '{"a":1}';
    };
    const body = { a: 1 };
    const first = payloads.of(body, write);
    expect(payloads.of(body, write)).to.equal(first);
    expect(written).to.equal(1);
    const again = payloads.of({ a: 1 }, write);
    expect(written).to.equal(2);
    expect(again.etag).to.equal(first.etag);
    expect(payloads.of({ a: 2 }, () => '{"a":2}').etag).not.to.equal(first.etag);
  });

  it('take no more than their bound, the oldest going first, and none that is larger alone', () => {
    const payloads = new Payloads(10_000);
    const bodies = Array.from({ length: 100 }, (_, i) => ({ i }));
    for (const body of bodies) {
      payloads.of(body, () => 'x'.repeat(500));
      expect(payloads.used).to.be.at.most(10_000);
    }
    let written = 0;
    const write = () => {
      written += 1;
      return '';
    };
    payloads.of(bodies[99] ?? {}, write);
    expect(written).to.equal(0);
    payloads.of(bodies[0] ?? {}, write);
    expect(written).to.equal(1);
    const [large, before] = [{}, payloads.used];
    payloads.of(large, () => 'x'.repeat(20_000));
    expect(payloads.used).to.equal(before);
  });

  it('are of bodies that stay the same object, which an unknown value and another item do not', () => {
    let made = 0;
    const once = madeOnce((key: { readonly known: boolean }) => {
      made += 1;
      return key.known ? made : undefined;
    });
    const [known, unknown] = [{ known: true }, { known: false }];
    expect([once(known), once(known), once(unknown), once(unknown), made]).to.deep.equal([
      1,
      1,
      undefined,
      undefined,
      3,
    ]);
    const steady = steadyPage<object>();
    const [a, b] = [{}, {}];
    const first = steady({ items: [a, b], next: 1 });
    expect(steady({ items: [a, b], next: 1 })).to.equal(first);
    expect(steady({ items: [a, b], next: null })).not.to.equal(first);
    expect(steady({ items: [b, a], next: null }).items[0]).to.equal(b);
    expect(steady({ items: [a], next: null }).items).to.deep.equal([a]);
  });

  it('say what is new when a round is decided, a roll comes late, and for every kind of answer', async () => {
    const inner = memorySource();
    let head = { ...inner.head(), round: ROUNDS - 5, version: inner.head().version - 4 };
    let late: Roll | undefined;
    const some = await inner.roll(1);
    const source = memorySource({
      head: () => head,
      roll: async (round) => (round === ROUND_WITHOUT_ROLL ? late : inner.roll(round)),
    });
    const { url } = await serve({ source });
    const read = async (path: string) => {
      const response = await fetch(`${url}${path}`);
      return { etag: response.headers.get('etag'), body: await response.text() };
    };
    const paths = [
      '/v1/models',
      '/v1/models/latest',
      '/v1/rounds',
      '/v1/models/2',
      '/v1/rounds/3',
      '/v1/rounds/3/certificate',
    ];
    const before = await Promise.all(paths.map(read));
    expect(await Promise.all(paths.map(read))).to.deep.equal(before);
    head = inner.head();
    late = some;
    const after = await Promise.all(paths.map(read));
    const changed = paths.filter((_, i) => after[i]?.body !== before[i]?.body);
    expect(changed).to.include.members(['/v1/models', '/v1/models/latest', '/v1/rounds', '/v1/models/2']);
    expect(changed).not.to.include('/v1/rounds/3');
    for (const [i, path] of paths.entries())
      expect(after[i]?.etag === before[i]?.etag, path).to.equal(!changed.includes(path));
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { unpackRows } from '../../protocol/roster-rows.ts';
import { nodesOf } from '../committee.ts';
import { RELAYS, relaysOf, sourcesOf } from '../relays.ts';
import { createRoster } from '../roster.ts';
import { Bench, headers, MEMBERS, sealReports } from './bench.ts';
import { codeOf, committeeOf, digest, header, received, rows, signerOf } from './support.ts';

const CONTRIBUTOR = 5;
const contributors = [CONTRIBUTOR, 6];
const ownHeader = received(CONTRIBUTOR, 'update-header', header(CONTRIBUTOR));
const node = (index: number) => signerOf(index).nodeId;
const serves = (bench: Bench) => bench.effects.filter(({ type }) => type === 'serve-bodies').length;

describe('a contributor', () => {
  it('trains and follows, and never reports, fetches or votes', () => {
    const bench = new Bench(CONTRIBUTOR, { contributors }).begin();
    expect(bench.effects.map(({ type }) => type)).to.include('train');
    bench.tell(...headers, ...sealReports);
    bench.give(
      { type: 'timer', timer: 'collect', round: 1, view: 0 },
      { type: 'timer', timer: 'fetch', round: 1, view: 0 },
      { type: 'timer', timer: 'view', round: 1, view: 0 },
    );
    const said = bench.effects.filter(({ type }) => ['broadcast', 'fetch-body'].includes(type));
    expect(said).to.deep.equal([]);
    expect(bench.state.view).to.equal(0);
  });

  it('serves its body once F+1 members have asked, and not to the word of others', () => {
    const bench = new Bench(CONTRIBUTOR, { contributors }).begin();
    const ask = (index: number) => bench.give({ type: 'body-requested', round: 1, from: node(index) });
    for (const index of [0, 0, 6, 9]) ask(index);
    expect(serves(bench)).to.equal(0);
    ask(1);
    ask(2);
    expect(serves(bench)).to.equal(1);
  });

  it('serves it by the clock where nobody has asked', () => {
    const bench = new Bench(CONTRIBUTOR, { contributors }).begin();
    const timers = bench.effects.flatMap((effect) => (effect.type === 'start-timer' ? [effect] : []));
    expect(timers.map(({ timer, ms }) => [timer, ms])).to.deep.equal([['serve', 3_000 + 375]]);
    bench.give({ type: 'timer', timer: 'serve', round: 1, view: 0 });
    bench.give({ type: 'timer', timer: 'serve', round: 1, view: 0 });
    expect(serves(bench)).to.equal(1);
  });
});

describe('a member among contributors', () => {
  it('seals by the clock, and reports contributors by their places', () => {
    const bench = new Bench(0, { contributors }).begin();
    bench.tell(...headers, ownHeader, received(6, 'update-header', header(6)));
    expect(bench.sent('seal-report')).to.deep.equal([]);
    bench.give({ type: 'timer', timer: 'collect', round: 1, view: 0 });
    const [sent] = bench.sent('seal-report');
    const reported = unpackRows(sent?.payload.headers ?? new Uint8Array());
    expect(reported.map(({ index }) => bench.context.roster.nodes[index])).to.have.members(
      [0, 1, 2, 3, 5, 6].map(node),
    );
  });

  it('asks for a contributor’s body as the relays say, and for a member’s at the member', () => {
    const bench = new Bench(0, { contributors }).begin();
    bench.tell(...headers, ownHeader);
    const { roster } = bench.context;
    const claims = [...headers, ownHeader].map(({ sender, payload }) => ({
      node: sender,
      digest: payload.digest,
    }));
    bench.tell(
      ...[0, 1, 2].map((i) => received(i, 'seal-report', { headers: rows(claims, roster), finalized: 6 })),
    );
    const asked = new Map(
      bench.effects.flatMap((effect) =>
        effect.type === 'fetch-body' ? [[effect.header.sender, effect.from] as const] : [],
      ),
    );
    expect(asked.get(node(1))).to.deep.equal([node(1)]);
    // Four members are all relays.
    expect(asked.get(node(CONTRIBUTOR))).to.deep.equal([node(CONTRIBUTOR)]);
    expect(serves(bench)).to.equal(1);
  });
});

describe('relays', () => {
  const order = nodesOf(committeeOf(40));

  it('are eight of the members, and each contributor has others', () => {
    const of = (name: string) => relaysOf(digest('beacon'), digest(name), order);
    const seen = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const relays = of(`header ${i}`);
      expect(new Set(relays).size).to.equal(RELAYS);
      for (const relay of relays) seen.add(relay);
    }
    expect(seen.size).to.equal(order.length);
    expect(of('a')).to.deep.equal(of('a'));
    expect(relaysOf(digest('x'), digest('y'), order.slice(0, MEMBERS))).to.have.length(MEMBERS);
  });

  it('ask the contributor; all others ask every relay first, spread over them, and it last', () => {
    const relays = relaysOf(digest('beacon'), digest('header'), order);
    const first = new Map<string, number>();
    for (const self of order) {
      const sources = sourcesOf('contributor', relays, self, order);
      if (relays.includes(self)) {
        expect(sources).to.deep.equal(['contributor']);
        continue;
      }
      expect(sources.at(-1)).to.equal('contributor');
      expect(sources.slice(0, -1)).to.have.members(relays);
      first.set(sources[0] ?? '', (first.get(sources[0] ?? '') ?? 0) + 1);
    }
    expect(Math.max(...first.values())).to.be.at.most(5);
  });
});

describe('roster', () => {
  it('has the committee and the others once each, ascending, and is bounded', () => {
    const committee = committeeOf(4);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6]), (others) => {
        const { nodes, places } = createRoster(committee, others.map(node));
        const expected = new Set([...nodesOf(committee), ...others.map(node)]);
        expect(nodes).to.deep.equal([...expected].sort());
        expect(nodes.every((each, place) => places.get(each) === place)).to.equal(true);
      }),
      { numRuns: 30, seed: 4 },
    );
    const many = Array.from({ length: 4_093 }, (_, i) => `node ${i}`);
    expect(codeOf(() => createRoster(committee, many.slice(1)))).to.equal(undefined);
    expect(codeOf(() => createRoster(committee, many))).to.equal('ROSTER_SIZE');
  });
});

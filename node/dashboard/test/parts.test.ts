import { expect } from 'chai';
import { html } from 'lit-html';
import { EXAMPLES } from '../../api/routes/examples.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { LIVE_EXAMPLES } from '../../api/routes/live-examples.ts';
import { memorySource } from '../../api/test/support.ts';
import { FIRST_RULES, firing, MAX_RULES, readRules } from '../page/alerts.ts';
import { amountText, durationText } from '../page/amounts.ts';
import { axisTimes } from '../page/chart-spec.ts';
import { EventParser, MAX_EVENT_CHARACTERS } from '../page/event-parser.ts';
import { eventWords } from '../page/event-words.ts';
import { MAX_REASONED, withReasons } from '../page/left-out.ts';
import {
  latestOf,
  MAX_SAMPLES,
  MAX_SERIES,
  NO_SAMPLES,
  readMetrics,
  withSample,
} from '../page/metric-samples.ts';
import { epsilonText, figureText } from '../page/numbers.ts';
import { reportText } from '../page/report.ts';
import { REPORT_SECTIONS } from '../page/report-sections.ts';
import { NAMES, namesAfter, namesOf, RESOURCES, viewOf } from '../page/resources.ts';
import { mergeSkill } from '../page/skill.ts';
import { MAX_ROUNDS, mergeRounds } from '../page/state.ts';
import { agoText, exactTime } from '../page/time.ts';
import { markupOf } from './markup.ts';
import { NOW_MS, pageState } from './page-state.ts';

describe('dashboard: parts', () => {
  it('asks for routes that the API has', () => {
    const routes = allRoutes(
      () => memorySource(),
      { readiness: () => ({ status: 'ready', reason: '' }), conditions: () => [] },
      { uptimeSeconds: () => 1, metricsText: async () => '' },
    );
    for (const { path, post } of Object.values(RESOURCES)) {
      const [bare = ''] = path.split('?');
      const found = routes.find((route) => route.path === bare);
      expect(found?.method, path).to.equal(post === undefined ? 'GET' : 'POST');
    }
  });

  it('knows what an event makes old, and what a view shows', () => {
    expect(namesAfter('gap')).to.deep.equal(NAMES);
    expect(namesAfter('phase')).to.deep.equal(['current']);
    expect(namesOf('peers')).to.deep.equal(['readiness', 'node', 'chain', 'peers']);
    expect([viewOf('#peers'), viewOf('#nothing'), viewOf('')]).to.deep.equal(['peers', 'round', 'round']);
  });

  it('reads events as they come in pieces, and none that has no end', () => {
    const parser = new EventParser();
    expect(parser.push('retry: 3000\n\n: beat\n\nid: ab-1\nevent: pha')).to.deep.equal([]);
    expect(parser.push('se\ndata: {"round":9}\n\nevent: gap\ndata: {}\n\n')).to.deep.equal([
      { kind: 'phase', data: '{"round":9}', id: 'ab-1' },
      { kind: 'gap', data: '{}', id: undefined },
    ]);
    expect(() => parser.push('x'.repeat(MAX_EVENT_CHARACTERS + 1))).to.throw(RangeError);
    expect(() => new EventParser().push(`data: ${'x'.repeat(MAX_EVENT_CHARACTERS)}\n\n`)).to.throw(
      RangeError,
    );
  });

  it('puts events into words, 400 characters at most', () => {
    expect(eventWords({ event: 'phase', round: 9, phase: 'sealed' })).to.equal('round 9: sealed');
    expect(eventWords({ event: 'refused', code: 'NOT_A_CODE', sender: 'abcdefgh' })).to.equal(
      'from …cdefgh: a code that this page does not know',
    );
    expect(eventWords({ event: 'refused', code: 'constructor', sender: 'x' })).to.include('does not know');
    expect(eventWords({ event: 'condition', code: 'C', message: 'm'.repeat(500) })).to.have.length(400);
    const fee = {
      event: 'fee',
      round: 3,
      before: '50000000000000000',
      after: '49200000000000000',
      heldBy: [],
    };
    expect(eventWords(fee)).to.equal('round 3: the stability fee 5.00 % → 4.92 %');
    expect(eventWords({ ...fee, after: fee.before, heldBy: ['cooldown, 3 s left'] })).to.equal(
      'round 3: the stability fee 5.00 % stays: cooldown, 3 s left',
    );
    expect(eventWords({ event: 'observed', level: 2 })).to.equal('');
  });

  it('keeps why the rule left updates out, of 50 rounds and 500 nodes at most, and nothing of another form', () => {
    const event = {
      round: 9,
      leftOut: [{ node: 'a', reason: 'r'.repeat(500) }, { node: 1, reason: 'x' }, {}],
    };
    expect([...(withReasons(new Map(), event).get(9) ?? [])]).to.deep.equal([['a', 'r'.repeat(400)]]);
    const kept = new Map();
    expect(withReasons(kept, { event: 'decided', isTruncated: true })).to.equal(kept);
    let many: ReturnType<typeof withReasons> = new Map();
    const crowd = Array.from({ length: 600 }, (_, i) => ({ node: `n${i}`, reason: '' }));
    for (let round = 1; round <= 60; round++) many = withReasons(many, { round, leftOut: crowd });
    expect([many.size, many.has(10), many.get(60)?.size]).to.deep.equal([
      MAX_REASONED.rounds,
      false,
      MAX_REASONED.nodes,
    ]);
  });

  it('keeps an hour of metrics, 600 at most, with holes where one was not there', () => {
    const read = readMetrics(
      '# HELP x\nballast_peers 4\nballast_drift_active{pair="a/b",trigger="loss"} 1\nballast_privacy_rounds_left +Inf\nballast_http_request_duration_seconds_bucket{le="1"} 3\nprocess_cpu 3\nballast_bad NaN\n',
    );
    expect([...read]).to.deep.equal([
      ['ballast_peers', 4],
      ['ballast_drift_active{pair="a/b",trigger="loss"}', 1],
      ['ballast_privacy_rounds_left', Number.POSITIVE_INFINITY],
    ]);
    let samples = NO_SAMPLES;
    for (let i = 0; i < MAX_SAMPLES + 5; i++)
      samples = withSample(samples, i, new Map([['a', i], ...(i === 2 ? ([['b', 1]] as const) : [])]));
    expect(samples.atMs).to.have.length(MAX_SAMPLES);
    expect([samples.atMs[0], samples.byName.get('a')?.[0], latestOf(samples, 'a')]).to.deep.equal([
      5,
      5,
      MAX_SAMPLES + 4,
    ]);
    expect(samples.byName.has('b')).to.equal(false);
    const crowd = new Map(Array.from({ length: 700 }, (_, i) => [`m${i}`, i]));
    expect(withSample(NO_SAMPLES, 0, crowd).byName.size).to.equal(MAX_SERIES);
    expect(readMetrics(Array.from({ length: 700 }, (_, i) => `ballast_m${i} 1`).join('\n')).size).to.equal(
      MAX_SERIES,
    );
  });

  it('tells of metrics beyond their bounds, by rules that may have been tampered with', () => {
    const samples = withSample(
      NO_SAMPLES,
      0,
      new Map([
        ['ballast_chain_lag_seconds', 61],
        ['ballast_peers', 1],
      ]),
    );
    expect(firing(FIRST_RULES, samples).map(({ rule, value }) => [rule.metric, value])).to.deep.equal([
      ['ballast_chain_lag_seconds', 61],
    ]);
    expect(readRules(null)).to.equal(FIRST_RULES);
    expect(readRules('{')).to.equal(FIRST_RULES);
    expect(readRules('[]')).to.deep.equal([]);
    const rule = { metric: 'm', when: 'above', bound: 1 };
    const odd = [
      rule,
      { ...rule, when: 'at' },
      { ...rule, bound: '1' },
      { ...rule, metric: 'm'.repeat(201) },
      null,
    ];
    expect(readRules(JSON.stringify(odd))).to.deep.equal([rule]);
    expect(readRules(JSON.stringify(new Array(99).fill(rule)))).to.have.length(MAX_RULES);
  });

  it('merges rounds and skills, a thousand at most', () => {
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        ...EXAMPLES.roundPage.items[0],
        outcome: 'accepted' as const,
        round: from - i,
      }));
    const rounds = mergeRounds(page(1_000, 1_000), page(1_010, 20));
    expect([rounds.length, rounds[0]?.round, rounds.at(-1)?.round]).to.deep.equal([MAX_ROUNDS, 1_010, 11]);
    const { skill } = LIVE_EXAMPLES;
    const head = {
      ...skill.heads[0],
      loss: [1],
      baselines: [
        { name: 'B2', skill: [0.2] },
        { name: 'B9', skill: [0.3] },
      ],
    };
    const plain = {
      versions: [...skill.versions],
      heads: skill.heads.map((each) => ({
        ...each,
        loss: [...each.loss],
        baselines: each.baselines.map((b) => ({ ...b, skill: [...b.skill] })),
      })),
    };
    const merged = mergeSkill(plain, { versions: [9], heads: [head] });
    expect(merged.versions).to.deep.equal([7, 8, 9]);
    expect(merged.heads[0]?.baselines).to.deep.equal([
      { name: 'B2', skill: [0.13, 0.143, 0.2] },
      { name: 'B9', skill: [null, null, 0.3] },
    ]);
    expect(mergeSkill(plain, { versions: [], heads: [] })).to.equal(plain);
    expect(mergeSkill(undefined, plain)).to.equal(plain);
  });

  it('says times as people do, with the exact one beside', () => {
    expect([0, 3, 119, 180, 7_200, 172_800].map((s) => agoText(0, s * 1_000))).to.deep.equal([
      'now',
      '3 s ago',
      '119 s ago',
      '3 min ago',
      '2 h ago',
      '2 days ago',
    ]);
    expect(agoText(60_000, 0)).to.equal('in 60 s');
    expect(exactTime(1_790_000_000_000)).to.equal('2026-09-21 14:13:20 UTC');
    expect(axisTimes([0, 3_600, 86_400], 3_600)).to.deep.equal(['00:00\n01-01', '01:00', '00:00\n01-02']);
    expect(axisTimes([0, 86_400], 86_400)).to.deep.equal(['01-01', '01-02']);
  });

  it('writes amounts in their units, and rounds ε up', () => {
    expect(amountText('100000000', 'coin')).to.equal('100 000 000 coins');
    expect(amountText('501000000000000000', 'wad/year+0.5')).to.equal('0.10 % a year');
    expect(amountText('1500000000000000000', 'wad')).to.equal('150.00 %');
    expect(amountText('12', 'ray')).to.equal('12 ray');
    expect([59, 3_600, 7_200, 604_800].map(durationText)).to.deep.equal([
      '59 s',
      '60 minutes',
      '2 hours',
      '7 days',
    ]);
    expect([1.0001, 1, null].map(epsilonText)).to.deep.equal(['1.001', '1.000', '∞']);
    expect(
      [1_234_567, 0.123456, 12_345.6, Number.POSITIVE_INFINITY, Number.NaN].map(figureText),
    ).to.deep.equal(['1 234 567', '0.1235', '12 346', '∞', 'no figure']);
  });

  it('makes a report in which no text of others is markup', () => {
    const hostile = {
      ...EXAMPLES.roundPage.items[0],
      outcome: 'rejected' as const,
      reason: '<b>|[x](http://y)|\n`z`',
    };
    const text = reportText(pageState({}, { rounds: [hostile] }), REPORT_SECTIONS);
    expect(text).to.include(`Made ${exactTime(NOW_MS)}, after round 9, at version 8`);
    for (const section of REPORT_SECTIONS) expect(text).to.match(new RegExp(`^## ${section}$`, 'im'));
    expect(text).to.include('\\<b\\>\\|\\[x\\](http://y)\\| \\`z\\`');
    expect(text).to.include('| STABILITY\\_FEE |').and.not.include('undefined');
    const bare = pageState();
    const answers = Object.fromEntries(
      Object.keys(bare.answers).map((name) => [name, { state: 'waiting' }]),
    ) as unknown as typeof bare.answers;
    expect(reportText({ ...bare, answers }, ['model', 'privacy'])).to.include(
      '## Model\n\nNot known to this page.',
    );
  });

  it('is tested on markup that escapes as a browser would', () => {
    const attack = `"><script>alert('1')</script>&`;
    expect(markupOf(html`<p title=${attack}>${[html`<b>${attack}</b>`]}${3}</p>`)).to.equal(
      `<p title="&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;"><b>&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;</b>3</p>`,
    );
  });
});

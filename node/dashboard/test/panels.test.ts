import { expect } from 'chai';
import type { PrivacyAccountJson } from '../../api/index.ts';
import { EXAMPLES } from '../../api/routes/examples.ts';
import { breaker, overrides, parameter, privacyAccount } from '../../api/schemas/index.ts';
import { amountText, durationText } from '../page/amounts.ts';
import { breakerPanel } from '../page/breaker-panel.ts';
import { epsilonChart, epsilonTable } from '../page/epsilon-chart.ts';
import { html } from '../page/html.ts';
import { askNode } from '../page/node-answers.ts';
import { epsilonText, ticks } from '../page/numbers.ts';
import { parameterPanel } from '../page/parameter-panel.ts';
import { privacyPanel, privacyTable, stateLine } from '../page/privacy-panel.ts';
import { roundPanel } from '../page/round-panel.ts';
import { epsilonSeries } from '../page/series.ts';

const open = privacyAccount.parse(EXAMPLES.privacyAccount);
const spent: PrivacyAccountJson = {
  ...open,
  state: 'spent',
  roundsLeft: 0,
  next: { event: 0, projection: [] },
};
const none: PrivacyAccountJson = {
  ...open,
  unit: 'none',
  state: 'no-guarantee',
  budget: null,
  accountant: null,
  roundsLeft: null,
  spent: { ...open.spent, epsilon: null },
};

describe('dashboard: privacy', () => {
  it('says the state in one line', () => {
    expect(stateLine(open)).to.equal('the budget bears 46 more rounds at the present noise');
    expect(stateLine({ ...open, roundsLeft: 1 })).to.equal(
      'the budget bears 1 more round at the present noise',
    );
    expect(stateLine(spent)).to.equal('budget spent: this node validates and releases nothing');
    expect(stateLine(none)).to.equal('no guarantee: updates leave this node without noise');
  });

  it('shows what is covered, how it was counted, who is trusted and what is left', () => {
    const { markup } = privacyPanel(open);
    for (const words of [
      'a day of examples of the node',
      'one unit more or less',
      '0.00001',
      'exact curve of the Gaussian mechanism',
      open.assumption,
      '6.570',
      '<strong>ε 1.430</strong> of 8 spent',
      '2 updates, 8 noisy sums',
      'aria-label="ε 1.430 of 8 spent, 17 %"',
    ]) {
      expect(markup).to.include(words);
    }
  });

  it('draws what was spent as a line, what comes as a dashed one, and the budget', () => {
    const { markup } = epsilonChart(open);
    expect(markup).to.match(/<polyline class="spent" points="[\d., ]+"\/>/);
    expect(markup).to.match(/<polyline class="projected" points="[\d., ]+"\/>/);
    expect(markup).to.include('class="budget"').and.to.include('budget 8');
    expect(markup).to.include('After round 2, ε is 1.430 of a budget of 8.');
    expect(markup).to.include('reaches 7.930 in round 48');
    expect(epsilonChart(spent).markup).not.to.include('class="projected"');
  });

  it('has neither bar nor chart nor table where there is no guarantee', () => {
    expect(epsilonChart(none).markup + privacyTable(none).markup).to.equal('');
    expect(privacyPanel(none).markup).not.to.match(/<rect|<polyline|NaN|counted by/);
  });

  it('has the same numbers as a table', () => {
    const { markup } = epsilonTable(open);
    expect(markup.match(/<tr><td>/g)).to.have.length(4);
    expect(markup).to.include('<td>2</td><td>1.430</td><td>spent</td>');
    expect(markup).to.include('<td>48</td><td>7.930</td><td>projected</td>');
  });

  it('counts by rounds, and by releases where one was made beside them', () => {
    expect(epsilonSeries(open)).to.deep.equal({
      axis: 'round',
      spent: [
        { at: 0, epsilon: 0 },
        { at: 1, epsilon: 0.97 },
        { at: 2, epsilon: 1.43 },
      ],
      projected: [
        { at: 2, epsilon: 1.43 },
        { at: 25, epsilon: 5.41 },
        { at: 48, epsilon: 7.93 },
      ],
    });
    const beside = {
      ...open,
      earlier: [{ event: 0, times: 7 }],
      rounds: [{ round: null, event: 0, epsilon: 2 }],
    };
    expect(epsilonSeries(beside)).to.deep.include({ axis: 'release', spent: [{ at: 8, epsilon: 2 }] });
    const fresh = { ...open, rounds: [], spent: { epsilon: 0, releases: 0, sums: 0 } };
    expect(epsilonSeries(fresh).spent).to.deep.equal([{ at: 0, epsilon: 0 }]);
    expect(epsilonChart(fresh).markup).not.to.include('NaN');
  });
});

describe('dashboard: round', () => {
  const last = { round: 9, outcome: 'rejected', reason: 'worse', sealed: 7, selected: 6 };
  const model = { version: 8, modelDigest: 'ab'.repeat(32), privacy: { epsilon: 3.15, delta: 1e-5 } };
  const readiness = { status: 'ready', reason: '', conditions: [] };

  it('shows the last round, its version and what it cost', () => {
    const { markup } = roundPanel({ readiness, phase: 'round 10: collecting', last, model });
    for (const words of [
      '9, rejected: worse',
      '6 of 7 updates',
      'ε 3.150 at δ 0.00001',
      'round 10: collecting',
      'none',
    ])
      expect(markup).to.include(words);
  });

  it('shows problems, and nothing of a node that is not up but why', () => {
    const conditions = [{ code: 'PRIVACY_BUDGET_SPENT', message: '<b>spent</b>' }];
    const starting = { status: 'starting', reason: 'reaching the chain', conditions };
    const { markup } = roundPanel({
      readiness: starting,
      phase: undefined,
      last: undefined,
      model: undefined,
    });
    expect(markup).to.include('not up: reaching the chain').and.to.include('none was decided yet');
    expect(markup).to.include('<code>PRIVACY_BUDGET_SPENT</code> &lt;b&gt;spent&lt;/b&gt;');
  });
});

describe('dashboard: what holds the models', () => {
  const state = breaker.parse(EXAMPLES.breaker);
  const { items } = overrides.parse(EXAMPLES.overrides);
  const fee = parameter.parse({
    ...EXAMPLES.parameter,
    unit: 'wad/year',
    value: '50000000000000000',
    bounds: { minimum: '10000000000000000', maximum: '90000000000000000' },
    steps: { up: '5000000000000000', down: '0' },
    budgets: {
      windowSeconds: 604_800,
      up: { total: '30000000000000000', used: '24000000000000000', left: '6000000000000000' },
      down: { total: '30000000000000000', used: '0', left: '30000000000000000' },
    },
    allowed: { ...EXAMPLES.parameter.allowed, lowest: '50000000000000000', highest: '55000000000000000' },
  });

  it('says what is halted, by whom, since when and from when it may be resumed', () => {
    const { markup } = breakerPanel(state, items, [fee]);
    for (const words of [
      'class="state halted">halted: writes that raise risk, the parameter STABILITY_FEE<',
      'severity 3, severe',
      'since 2026-09-21 14:13 UTC; may be resumed from 2026-09-23 14:13 UTC',
      `by a guardian <code>${EXAMPLES.breaker.address}</code>`,
      'governance has not decided to resume it',
    ])
      expect(markup).to.include(words);
    const calm = { ...state, halts: [], severity: 0, level: 'normal' as const, observedAtMs: null };
    const { markup: quiet } = breakerPanel(calm, [], []);
    expect(quiet).to.include('class="state ready">nothing is halted<').and.include('<p>none</p>');
    expect(quiet).to.include('severity 0, normal; nobody has observed yet');
  });

  it('names an override with its end and its words, which it escapes, or with the digest of none', () => {
    const [item] = items;
    if (item === undefined) throw new Error('no example');
    const cited = { ...item, parameter: fee.id, words: '<b>thin</b>' };
    expect(breakerPanel(state, [cited], [fee]).markup).to.include(
      'SAVINGS_RATE</strong> is 2.00 % a year until 2026-09-22 14:13 UTC: “&lt;b&gt;thin&lt;/b&gt;”',
    );
    const mute = { ...item, words: null, name: null };
    expect(breakerPanel(state, [mute], []).markup).to.include('justification <code>c139be5ec139be5e</code>');
  });

  it('shows each parameter between its bounds with its budgets, and what a model may write', () => {
    const { markup } = parameterPanel([fee]);
    for (const words of [
      'aria-label="STABILITY_FEE is 5.00 % a year, from 1.00 % a year to 9.00 % a year"',
      'cx="100"',
      '0.60 % left',
      'aria-label="STABILITY_FEE, up: 2.40 % of 3.00 % used"',
      'class="fill warm" width="96"',
      '<span class="quiet">closed</span>',
      '<td>7 days</td><td>up, down</td><td><span class="whole">5.00 %</span> to <span class="whole">5.50 %</span></td>',
    ])
      expect(markup).to.include(words);
    const closed = { ...fee.allowed, highest: fee.value, fallReadyAtMs: null, riseReadyAtMs: null };
    expect(parameterPanel([{ ...fee, allowed: closed }]).markup).to.include('nothing: halted');
    const later = { ...closed, riseReadyAtMs: 5 };
    expect(parameterPanel([{ ...fee, allowed: later }]).markup).to.include('nothing yet');
    expect(parameterPanel([{ ...fee, overriddenUntilMs: 5 }]).markup).to.include('nothing: overridden');
  });

  it('writes amounts in their units', () => {
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
  });
});

describe('dashboard: parts', () => {
  it('escapes every value', () => {
    const attack = `"><script>alert('1')</script>&`;
    const { markup } = html`<p title="${attack}">${[html`<b>${attack}</b>`]}${3}</p>`;
    expect(markup).not.to.match(/<script|">"/);
    expect(markup).to.equal(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"><b>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</b>3</p>',
    );
  });

  it('rounds ε up, and has round ticks', () => {
    expect([1.0001, 1, null].map(epsilonText)).to.deep.equal(['1.001', '1.000', '∞']);
    expect(ticks(8.6, 5)).to.deep.equal([0, 2, 4, 6, 8]);
    expect(ticks(3, 8, true)).to.deep.equal([0, 1, 2, 3]);
    expect(ticks(0, 5)).to.deep.equal([0]);
  });

  it('takes what the node answers, and says when it asks for a token', async () => {
    const answers: Record<string, { status: number; body: unknown }> = {
      '/readyz': { status: 206, body: { status: 'syncing', reason: '', conditions: [] } },
      '/v1/node/privacy': { status: 200, body: open },
      '/v1/rounds?limit=1': { status: 200, body: { items: [{ round: 4 }] } },
      '/v1/models/latest': { status: 503, body: { error: {} } },
    };
    const ask = async (path: string) => answers[path] ?? { status: 404, body: {} };
    expect(await askNode(ask)).to.deep.equal({
      readiness: answers['/readyz']?.body,
      privacy: open,
      last: { round: 4 },
      model: undefined,
      bounds: undefined,
      needsToken: false,
    });
    for (const path of ['/v1/overrides', '/v1/parameters'])
      answers[path] = { status: 200, body: { items: [] } };
    expect((await askNode(ask)).bounds).to.equal(undefined);
    answers['/v1/breaker'] = { status: 200, body: { severity: 0 } };
    expect((await askNode(ask)).bounds).to.deep.equal({
      breaker: { severity: 0 },
      overrides: [],
      parameters: [],
    });
    answers['/v1/node/privacy'] = { status: 401, body: { error: {} } };
    expect(await askNode(ask)).to.include({ needsToken: true, privacy: undefined });
  });
});

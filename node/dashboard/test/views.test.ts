import { expect } from 'chai';
import type { PrivacyAccountJson } from '../../api/index.ts';
import { EXAMPLES } from '../../api/routes/examples.ts';
import { LIVE_EXAMPLES } from '../../api/routes/live-examples.ts';
import { breaker, overrides, parameter, privacyAccount } from '../../api/schemas/index.ts';
import { NODES } from '../../api/test/support.ts';
import { VIEWS } from '../page/resources.ts';
import { epsilonSeries } from '../page/series.ts';
import { breakerState, overrideList } from '../page/views/breaker.ts';
import { headView } from '../page/views/head.ts';
import { chartsOf, viewBody } from '../page/views/index.ts';
import { parametersView } from '../page/views/parameters.ts';
import { privacyCharts, privacyView, stateLine } from '../page/views/privacy.ts';
import { nodeRows, roundView } from '../page/views/round.ts';
import { markupOf, wordsOf } from './markup.ts';
import { NO_ACTIONS, NOW_MS, pageState } from './page-state.ts';

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
const HOSTILE = '<img src=x onerror=alert(1)>';

describe('dashboard: every view', () => {
  for (const { id } of VIEWS) {
    it(`${id} shows the API's answers, and says what is missing`, () => {
      const here = markupOf(viewBody(pageState({}, { view: id }), NO_ACTIONS));
      expect(here)
        .to.include('<h2>')
        .and.not.match(/NaN|undefined|\[object|null</);
      for (const { x, series } of chartsOf(pageState({}, { view: id })))
        for (const { values } of series) expect(values).to.have.length(x.length);

      const absent = pageState({}, { view: id });
      const answers = Object.fromEntries(
        Object.keys(absent.answers).map((name) => [
          name,
          { state: 'absent', status: 404, message: `no ${HOSTILE}` },
        ]),
      ) as unknown as typeof absent.answers;
      const missing = { ...absent, answers };
      expect(markupOf(viewBody(missing, NO_ACTIONS)))
        .to.include('this node does not have it: no &lt;img')
        .and.not.include('<img');
      expect(chartsOf(missing)).to.deep.equal([]);

      const waiting = Object.fromEntries(
        Object.keys(answers).map((name) => [name, { state: 'waiting' }]),
      ) as unknown as typeof answers;
      expect(wordsOf(viewBody({ ...absent, answers: waiting }, NO_ACTIONS))).to.include('asking the node');
    });
  }

  it('has who this is, whether all is well, round, version and chain above each', () => {
    const words = wordsOf(headView(pageState()));
    for (const part of ['takes part: takes part in round 10', 'member', 'round 10', 'version 8', 'block 117'])
      expect(words).to.include(part);
    const late = pageState({ chain: { ...LIVE_EXAMPLES.chain, lagSeconds: 90 } });
    expect(wordsOf(headView(late))).to.include('chain lags 90 s');
    const unseen = pageState({ chain: { ...LIVE_EXAMPLES.chain, finalizedHeight: null, lagSeconds: null } });
    expect(wordsOf(headView(unseen))).to.include('chain not seen yet');
  });
});

describe('dashboard: peers', () => {
  it('shows what each says that it runs, one of another release apart, and what it does not speak', () => {
    const [item] = LIVE_EXAMPLES.peers.items;
    const view = (change: object) => {
      const items = [{ ...item, ...change }];
      return markupOf(
        viewBody(
          pageState({ peers: { ...LIVE_EXAMPLES.peers, items } as never }, { view: 'peers' }),
          NO_ACTIONS,
        ),
      );
    };
    expect(view({ release: '0.1.0', missingProtocols: [] }))
      .to.include('badge good">0.1.0<')
      .and.include('runs release 0.1.0;');
    expect(view({ release: '0.2.0', missingProtocols: [] })).to.include('badge warm">0.2.0<');
    expect(view({})).to.include('badge bad">0.2.0<').and.include('without /ballast/votes/1');
    expect(view({ release: null, missingProtocols: [] })).to.include('not told');
  });
});

describe('dashboard: round', () => {
  const [a = '', b = '', c = '', d = ''] = NODES;
  const current = {
    ...LIVE_EXAMPLES.currentRound,
    leader: a,
    committee: { members: [a, b, c], quorum: 2, faults: 0 },
    roster: { size: 4, nodes: [a, b, c, d] },
    updates: {
      heard: 3,
      items: [
        { node: a, body: 'held' as const, code: null },
        { node: b, body: 'refused' as const, code: 'BODY_NORM' },
        { node: d, body: 'unasked' as const, code: null },
      ],
    },
    seals: [a],
    bodies: [],
    votes: { prepare: [a, c], commit: [a], viewChange: [] },
  };

  it('says who has sent, whose update was refused, and who votes, the refused and the silent first', () => {
    expect(
      nodeRows(current).map(({ node, role, update, voted }) => [node, role, update, voted]),
    ).to.deep.equal([
      [b, 'member', 'refused: BODY_NORM', ''],
      [c, 'member', 'not heard', 'prepare'],
      [a, 'member', 'body held', 'prepare, commit'],
      [d, 'contributor', 'header heard', ''],
    ]);
    const words = wordsOf(roundView(pageState({ current }), NO_ACTIONS));
    for (const part of [
      'updates heard 3 of 4',
      'bodies held 1 of 3',
      'prepare votes 2 of 2',
      'commit votes 1 of 2',
    ])
      expect(words).to.include(part);
    expect(markupOf(roundView(pageState({ current }), NO_ACTIONS))).to.include(
      '<li class="now" aria-current="step">evaluated</li>',
    );
  });

  it('says who was left out of the last round and why, with what the rule said where it was heard', () => {
    expect(wordsOf(roundView(pageState(), NO_ACTIONS))).to.include(
      'Left out of the last round no round is decided yet',
    );
    const updates = [a, b, c].map((node, i) => ({
      node,
      digest: 'ab'.repeat(32),
      fate: ['selected', 'accepted', 'BODY_NOT_SERVED'][i] ?? '',
      reason: null as string | null,
    }));
    const rollOf = (rows: typeof updates) => ({
      round: 9,
      roll: { state: 'here' as const, body: { round: 9, updates: rows } },
    });
    const reasons = new Map([[9, new Map([[b, `score 0.98 ranks 7 of 7 ${HOSTILE}`]])]]);
    const shown = roundView(pageState({}, { last: rollOf(updates), reasons }), NO_ACTIONS);
    const words = wordsOf(shown);
    expect(words).to.include('2 of 3 sealed updates of round 9 have no weight');
    expect(words).to.include('which is no fault: score 0.98 ranks 7 of 7');
    expect(words).to.match(/BODY_NOT_SERVED \S.*To do: /);
    expect(markupOf(shown)).not.to.include('<img');
    const kept = updates.map((row) =>
      row.node === b ? { ...row, reason: `score 0.5 ranks 6 of 7 ${HOSTILE}` } : row,
    );
    const reloaded = roundView(pageState({}, { last: rollOf(kept) }), NO_ACTIONS);
    expect(wordsOf(reloaded)).to.include('which is no fault: score 0.5 ranks 6 of 7');
    expect(markupOf(reloaded)).not.to.include('<img');
    const crowd = rollOf(
      Array.from({ length: 30 }, () => ({
        node: c,
        digest: 'ab'.repeat(32),
        fate: 'accepted',
        reason: null,
      })),
    );
    expect(
      markupOf(roundView(pageState({}, { last: crowd }), NO_ACTIONS)).match(/which is no fault/g),
    ).to.have.length(8);
    const all = rollOf(updates.slice(0, 1));
    expect(wordsOf(roundView(pageState({}, { last: all }), NO_ACTIONS))).to.include(
      'nobody all 1 sealed updates of round 9',
    );
  });

  it('shows 20 decided rounds, and the rest when it is asked to', () => {
    const rounds = Array.from({ length: 45 }, (_, i) => ({
      ...EXAMPLES.roundPage.items[0],
      outcome: 'rejected' as const,
      reason: HOSTILE,
      round: 45 - i,
    }));
    const first = markupOf(roundView(pageState({}, { rounds }), NO_ACTIONS));
    expect(first).to.include('show 20 more of 25').and.not.include('<img');
    expect(first.match(/open round/g)).to.have.length(20);
    const shown = { ...pageState().shown, rounds: 60 };
    const all = markupOf(roundView(pageState({}, { rounds, shown }), NO_ACTIONS));
    expect(all.match(/open round/g)).to.have.length(45);
    expect(all).not.to.include('more of');
    const [chart] = chartsOf(pageState({}, { rounds }));
    expect([chart?.x[0], chart?.x.at(-1)]).to.deep.equal([1, 45]);
  });

  it('says of an opened round who was left out and why, those first', () => {
    const roll = {
      round: 9,
      updates: [
        { node: a, digest: 'ab'.repeat(32), fate: 'selected' },
        { node: b, digest: 'ab'.repeat(32), fate: 'accepted' },
        { node: c, digest: 'ab'.repeat(32), fate: 'BODY_NOT_SERVED' },
      ],
    };
    const opened = {
      round: 9,
      detail: { state: 'here', body: EXAMPLES.round },
      roll: { state: 'here', body: roll },
    } as never;
    const words = wordsOf(roundView(pageState({}, { opened }), NO_ACTIONS));
    const places = [
      'BODY_NOT_SERVED',
      'the rule gave it no weight, which is no fault',
      'it has weight in the candidate',
    ].map((part) => words.indexOf(part));
    expect(places.every((place) => place > 0)).to.equal(true);
    expect(places).to.deep.equal(places.toSorted((x, y) => x - y));
    expect(words).to.match(/BODY_NOT_SERVED \S.*To do: /);
  });
});

describe('dashboard: privacy', () => {
  const show = (privacy: PrivacyAccountJson) => privacyView(pageState({ privacy }));

  it('says the state in one line', () => {
    expect(stateLine(open)).to.equal('the budget bears 46 more rounds at the present noise');
    expect(stateLine({ ...open, roundsLeft: 1 })).to.equal(
      'the budget bears 1 more round at the present noise',
    );
    expect(stateLine(spent)).to.equal('budget spent: this node validates and releases nothing');
    expect(stateLine(none)).to.equal('no guarantee: updates leave this node without noise');
  });

  it('shows what is covered, how it was counted, who is trusted and what is left', () => {
    const markup = markupOf(show(open));
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
      'After round 2, ε is 1.430 of a budget of 8. At the present noise it reaches 7.930 in round 48.',
    ])
      expect(markup).to.include(words);
  });

  it('draws what was spent, what comes from the last of it on, and the budget', () => {
    const [chart] = privacyCharts(pageState({ privacy: open }));
    expect(chart?.x).to.deep.equal([0, 1, 2, 25, 48]);
    expect(chart?.series.map(({ label, values }) => [label, values])).to.deep.equal([
      ['spent', [0, 0.97, 1.43, null, null]],
      ['if every round releases as now', [null, null, 1.43, 5.41, 7.93]],
      ['budget', [8, 8, 8, 8, 8]],
    ]);
  });

  it('has neither bar nor chart nor table where there is no guarantee', () => {
    expect(markupOf(show(none))).not.to.match(/<rect|class="chart"|<table|NaN|counted by/);
    expect(privacyCharts(pageState({ privacy: none }))).to.deep.equal([]);
  });

  it('has the same numbers as a table', () => {
    const markup = markupOf(show(open));
    expect(markup.match(/<tr><td>/g)).to.have.length(4);
    expect(markup.replaceAll(/\s+/g, ' ')).to.match(/<td>2<\/td> ?<td>1.430<\/td> ?<td>spent<\/td>/);
  });

  it('counts by rounds, and by releases where one was made beside them', () => {
    const beside = {
      ...open,
      earlier: [{ event: 0, times: 7 }],
      rounds: [{ round: null, event: 0, epsilon: 2 }],
    };
    expect(epsilonSeries(beside)).to.deep.include({ axis: 'release', spent: [{ at: 8, epsilon: 2 }] });
    const fresh = { ...open, rounds: [], spent: { epsilon: 0, releases: 0, sums: 0 } };
    expect(epsilonSeries(fresh).spent).to.deep.equal([{ at: 0, epsilon: 0 }]);
    for (const { x, series } of privacyCharts(pageState({ privacy: fresh })))
      for (const { values } of series) expect(values).to.have.length(x.length);
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
  const show = (item: typeof fee) =>
    markupOf(parametersView(pageState({ parameters: { items: [item] } }), NO_ACTIONS));

  it('says what is halted, by whom, since when and from when it may be resumed', () => {
    const words = wordsOf(breakerState(state, NOW_MS));
    for (const part of [
      'halted: writes that raise risk, the parameter STABILITY_FEE',
      'severity 3, severe; observed 3 s ago',
      'may be resumed in 48 h',
      `by a guardian ${EXAMPLES.breaker.address}`,
      'governance has not decided to resume it',
    ])
      expect(words).to.include(part);
    const calm = { ...state, halts: [], severity: 0, level: 'normal' as const, observedAtMs: null };
    expect(wordsOf(breakerState(calm, NOW_MS))).to.equal(
      'nothing is halted severity 0, normal; nobody has observed yet',
    );
  });

  it('names an override with its end and its words, or with the digest of none', () => {
    const [item] = items;
    if (item === undefined) throw new Error('no example');
    const cited = { ...item, parameter: fee.id, words: HOSTILE };
    expect(markupOf(overrideList([cited], [fee], NOW_MS)))
      .to.include('is 2.00 % a year')
      .and.include('“&lt;img')
      .and.not.include('<img');
    expect(wordsOf(overrideList([{ ...item, words: null }], [], NOW_MS))).to.include(
      'justification c139be5ec139be5e',
    );
    expect(wordsOf(overrideList([], [], NOW_MS))).to.equal('none');
  });

  it('shows each parameter between its bounds with its budgets, and what a model may write', () => {
    const markup = show(fee);
    for (const part of [
      'aria-label="STABILITY_FEE is 5.00 % a year, from 1.00 % a year to 9.00 % a year"',
      'cx="100"',
      '0.60 % left',
      'aria-label="STABILITY_FEE, up: 2.40 % of 3.00 % used"',
      'fill warm" width="80"',
      '<span class="quiet">closed</span>',
    ])
      expect(markup.replaceAll(/\s+/g, ' ')).to.include(part);
    const closed = { ...fee.allowed, highest: fee.value, fallReadyAtMs: null, riseReadyAtMs: null };
    expect(show({ ...fee, allowed: closed })).to.include('nothing: halted');
    expect(show({ ...fee, allowed: { ...closed, riseReadyAtMs: 5 } })).to.include('nothing yet');
    expect(show({ ...fee, overriddenUntilMs: 5 })).to.include('nothing: overridden');
  });

  it('draws the changes of a parameter in steps, from before the first to now', () => {
    const [change] = LIVE_EXAMPLES.decisionPage.items;
    const decisions = {
      items: [
        {
          ...change,
          number: 2,
          before: '50600000000000000',
          after: '51000000000000000',
          atMs: NOW_MS - 1_000,
        },
        {
          ...change,
          number: 1,
          before: '50100000000000000',
          after: '50600000000000000',
          atMs: NOW_MS - 60_000,
        },
      ].map((item) => ({ ...item, reviews: [] })),
    };
    const state = pageState(
      { parameters: { items: [{ ...fee, value: '51000000000000000' }] }, decisions },
      { view: 'parameters' },
    );
    const [chart] = chartsOf(state);
    const now = NOW_MS / 1_000;
    expect(chart?.x).to.deep.equal([now - 61, now - 60, now - 1, now]);
    expect(chart?.series.at(-1)).to.deep.include({
      label: 'value',
      values: [5.01, 5.06, 5.1, 5.1],
      isStepped: true,
    });
    expect(
      chart?.series.filter(({ label }) => label.endsWith('bound')).map(({ values }) => values[0]),
    ).to.deep.equal([9, 1]);
    const [near] = chartsOf({ ...state, isCloseUp: true });
    expect(near?.series.map(({ label }) => label)).to.deep.equal(['highest now', 'lowest now', 'value']);
  });
});

describe('dashboard: this node', () => {
  it('says why each update of the last rounds was left out', () => {
    const own = [
      { round: 3, fate: 'selected' },
      { round: 2, fate: 'BODY_NOT_SERVED' },
      { round: 1, fate: null },
    ];
    const words = wordsOf(viewBody(pageState({}, { view: 'node', own }), NO_ACTIONS));
    expect(words).to.include('2 of the last 3 rounds went without an update of this node');
    expect(words).to.match(/2 BODY_NOT_SERVED \S.*To do: /);
    expect(words).to.include('1 none sealed no header of this node was sealed');
  });

  it('warns of a proposal whose words are not those of its calls', () => {
    const [item] = LIVE_EXAMPLES.proposals.items;
    const proposals = {
      total: 1,
      items: [{ ...item, type: null, calls: [], problem: 'the words are not those of the calls' }],
    };
    expect(wordsOf(viewBody(pageState({ proposals }, { view: 'governance' }), NO_ACTIONS))).to.include(
      'do not vote for it before its calls are understood: the words are not those of the calls',
    );
  });
});

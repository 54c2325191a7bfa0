import { expect } from 'chai';
import type { NodeEvent } from '../../runtime/events.ts';
import { createMetrics, METRICS } from '../index.ts';
import { decidedRound as decided, fillLabels } from './crowd.ts';

/** Metrics under a clock of their own, and what they say of a series. */
function observed(events: readonly (NodeEvent | number)[]) {
  let now = 0;
  const metrics = createMetrics({ now: () => now, withProcess: false });
  for (const event of events) {
    if (typeof event === 'number') now += event;
    else metrics.observe(event);
  }
  const value = async (series: string): Promise<number | undefined> => {
    const line = (await metrics.text()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  return { metrics, value };
}

describe('metrics', () => {
  it('has names with units, help and few labels, each name once', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).to.equal(METRICS.length);
    for (const { name, type, help, ...rest } of METRICS) {
      expect(name).to.match(/^ballast_[a-z_]+$/);
      expect(help).to.not.equal('');
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      if (type === 'histogram') expect(name).to.match(/_seconds$/);
      expect('labels' in rest ? rest.labels.length : 0).to.be.at.most(2);
    }
  });

  it('exposes every metric of the table, and beside it only those of the process', async () => {
    const text = await createMetrics({ now: () => 0 }).text();
    const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const own = METRICS.map(({ name, type }) => `${name} ${type}`);
    expect(own.filter((name) => !names.includes(name))).to.deep.equal([]);
    const further = names.filter((name) => !(own as string[]).includes(name));
    expect(further.filter((name) => !/^ballast_(?:process|nodejs)_/.test(name))).to.deep.equal([]);
    expect(further).to.include('ballast_nodejs_eventloop_lag_p99_seconds gauge');
  });

  it('tells where training stands by the held-out losses, and which pairs the gate found worse', async () => {
    const ofRound = (round: number, loss: number) =>
      decided({ round, heldOut: { examples: 100, loss, baselines: { B0: 1, B2: 1, B3: 1 } } });
    const judged: NodeEvent = {
      event: 'judged',
      round: 5,
      verdict: 'rejected',
      findings: [],
      worse: ['peg/dai', 'risk/eth'],
    };
    const events = [
      ofRound(4, 2),
      ofRound(5, 1),
      ofRound(5, 9),
      ofRound(6, 1),
      ofRound(7, 1),
      judged,
      judged,
    ];
    const early = observed([
      ...events,
      { event: 'suspected', round: 7, pairs: [{ nodes: ['a', 'b'], cosine: 0.99 }] },
    ]);
    expect(await early.value('ballast_suspected_copies_total')).to.equal(1);
    expect(await early.value('ballast_training_status{status="improving"}')).to.equal(1);
    expect(await early.value('ballast_training_flat_rounds')).to.equal(2);
    expect(await early.value('ballast_gate_worse_total{pair="peg/dai"}')).to.equal(2);
    const late = observed([...events, ofRound(8, 1)]);
    expect(await late.value('ballast_training_status{status="improving"}')).to.equal(0);
    expect(await late.value('ballast_training_status{status="converged"}')).to.equal(1);
  });

  it('says how small the last compressed update was, and that of others nothing', async () => {
    const trained = (round: number, ratio?: number): NodeEvent => ({
      event: 'trained',
      round,
      epsilon: null,
      milliseconds: 10,
      ...(ratio === undefined ? {} : { ratio }),
    });
    expect(await observed([trained(1)]).value('ballast_update_compression_ratio')).to.equal(0);
    expect(
      await observed([trained(1, 4), trained(2, 7.5)]).value('ballast_update_compression_ratio'),
    ).to.equal(7.5);
  });

  it('counts what a decided round says', async () => {
    const { value } = observed([
      { event: 'phase', round: 4, phase: 'announced' },
      2_000,
      { event: 'phase', round: 4, phase: 'collecting' },
      500,
      decided(),
    ]);
    expect(await value('ballast_round')).to.equal(4);
    expect(await value('ballast_version')).to.equal(3);
    expect(await value('ballast_rounds_total{outcome="accepted"}')).to.equal(1);
    expect(await value('ballast_updates_sealed_total')).to.equal(7);
    expect(await value('ballast_updates_selected_total')).to.equal(2);
    expect(await value('ballast_updates_left_out_total{code="BODY_NOT_SERVED"}')).to.equal(1);
    expect(await value('ballast_updates_left_out_total{code="RULE"}')).to.equal(1);
    expect(await value('ballast_member_updates_total{node="d",outcome="left_out"}')).to.equal(1);
    expect(await value('ballast_round_duration_seconds_sum')).to.equal(2.5);
    expect(await value('ballast_phase_duration_seconds_sum{phase="announced"}')).to.equal(2);
    expect(await value('ballast_phase_duration_seconds_sum{phase="collecting"}')).to.equal(0.5);
    expect(await value('ballast_held_out_loss_basis_points')).to.equal(0.9);
    expect(await value('ballast_held_out_skill_ratio{baseline="B0"}')).to.be.closeTo(0.1, 1e-12);
    expect(await value('ballast_held_out_skill_ratio{baseline="B3"}')).to.be.closeTo(-0.5, 1e-12);
  });

  it('measures a round that is told to be over when the next has begun', async () => {
    const { value } = observed([
      { event: 'phase', round: 4, phase: 'collecting' },
      2_000,
      { event: 'phase', round: 5, phase: 'announced' },
      500,
      decided(),
    ]);
    expect(await value('ballast_round_duration_seconds_sum')).to.equal(2.5);
    expect(await value('ballast_phase_duration_seconds_sum{phase="collecting"}')).to.equal(2);
    expect(await value('ballast_round_phase{phase="announced"}')).to.equal(1);
  });

  it('shows the phase that the round is in, and no other', async () => {
    const { value } = observed([
      { event: 'phase', round: 4, phase: 'announced' },
      { event: 'phase', round: 4, phase: 'sealed' },
    ]);
    expect(await value('ballast_round_phase{phase="announced"}')).to.equal(0);
    expect(await value('ballast_round_phase{phase="sealed"}')).to.equal(1);
  });

  it('follows conditions, training, publishing and refusals', async () => {
    const condition = { event: 'condition', code: 'CHAIN_STALLED', message: '', since: 0 } as const;
    const { value } = observed([
      { ...condition, active: true },
      { ...condition, code: 'DISK_FULL', active: true },
      { ...condition, code: 'DISK_FULL', active: false },
      { event: 'trained', round: 1, epsilon: 1.25, milliseconds: 300 },
      { event: 'view', round: 1, view: 1 },
      { event: 'refused', code: 'MESSAGE_EXPIRED', sender: 'x', reason: '' },
      { event: 'published', round: 1, version: 1, digest: 'aa', transaction: null },
      {
        event: 'fee',
        round: 1,
        before: '50000000000000000',
        after: '51000000000000000',
        transaction: null,
        heldBy: [],
      },
    ]);
    expect(await value('ballast_condition_active{code="CHAIN_STALLED"}')).to.equal(1);
    expect(await value('ballast_condition_active{code="DISK_FULL"}')).to.equal(0);
    expect(await value('ballast_condition_active{code="CLOCK_SKEWED"}')).to.equal(0);
    expect(await value('ballast_privacy_epsilon')).to.equal(1.25);
    expect(await value('ballast_training_duration_seconds_sum')).to.equal(0.3);
    expect(await value('ballast_view_changes_total')).to.equal(1);
    expect(await value('ballast_refusals_total{code="MESSAGE_EXPIRED"}')).to.equal(1);
    expect(await value('ballast_publications_total')).to.equal(1);
    expect(await value('ballast_stability_fee_ratio')).to.equal(0.051);
  });

  it('has a bounded count of series and bytes, when 200 peers have filled every label and when 2,000 have', async () => {
    const [few, crowd, more] = await Promise.all(
      [0, 200, 2_000].map(async (peers) => {
        const { metrics } = observed([]);
        if (peers > 0) fillLabels(metrics, decided(), peers);
        const text = await metrics.text();
        return { series: text.split('\n').filter((line) => /^[a-z]/.test(line)).length, bytes: text.length };
      }),
    );
    expect(few?.series).to.be.within(100, 400);
    expect(crowd?.series).to.be.within(1_000, 3_000);
    expect(crowd?.bytes).to.be.below(256 * 1_024);
    expect(more?.series).to.equal(crowd?.series);
  });

  it('folds codes and nodes beyond their bound into other', async () => {
    const events: NodeEvent[] = Array.from({ length: 500 }, (_, i) => ({
      event: 'refused',
      code: `CODE_${i}`,
      sender: `node-${i}`,
      reason: 'r',
    }));
    const nodes = Array.from({ length: 100 }, (_, i) => `node-${i}`);
    const { metrics, value } = observed([...events, decided({ selected: nodes, leftOut: [] })]);
    for (let i = 0; i < 500; i++) metrics.api.observeRequest(`/v1/${i}`, 200, 0.001);
    const text = await metrics.text();
    expect(text.match(/^ballast_refusals_total\{/gm)).to.have.length(65);
    expect(await value('ballast_refusals_total{code="other"}')).to.equal(500 - 64);
    expect(text.match(/^ballast_member_updates_total\{/gm)).to.have.length(41);
    expect(await value('ballast_member_updates_total{node="other",outcome="selected"}')).to.equal(60);
    expect(text.match(/^ballast_http_request_duration_seconds_count\{/gm)).to.have.length(65);
    expect(text).to.not.include('node-99');
  });

  it('keeps two nodes of one process apart', async () => {
    const [first, second] = [observed([decided()]), observed([])];
    expect(await first.value('ballast_round')).to.equal(4);
    expect(await second.value('ballast_round')).to.equal(0);
    second.metrics.set('ballast_peers', 6);
    expect(await second.value('ballast_peers')).to.equal(6);
    expect(await first.value('ballast_peers')).to.equal(0);
  });
});

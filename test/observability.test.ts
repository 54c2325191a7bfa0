import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { createMetrics, METRICS } from '../node/metrics/index.ts';
import { CONDITION_CODES } from '../node/runtime/conditions.ts';
import { DASHBOARDS } from '../scripts/grafana/dashboards.ts';
import { renderDashboard } from '../scripts/grafana/render.ts';
import { type Matcher, matchersIn, namesIn } from './deploy/expressions.ts';
import { ROOT, readDashboard, readRules, readRuleTests, textOf } from './deploy/files.ts';

describe('dashboards and alerts', () => {
  const rules = readRules();
  const tests = readRuleTests();
  const panels = Object.keys(DASHBOARDS).flatMap((name) => readDashboard(name).panels);
  const recorded = rules.flatMap(({ record }) => record ?? []);
  const shown = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];
  const planted = tests.flatMap(({ input_series }) => input_series.map(({ series }) => series));
  /** Of a histogram's three series, the histogram. */
  const metricOf = (name: string): string => {
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    return METRICS.some((metric) => metric.name === base && metric.type === 'histogram') ? base : name;
  };
  const unknown = (names: readonly string[], known: ReadonlySet<string>) =>
    names.map(metricOf).filter((name) => !known.has(name));

  it('name only what a node writes or a rule records', async () => {
    const text = await createMetrics({ now: () => 0 }).text();
    const written = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    const known = new Set([...written, ...recorded]);
    expect(unknown([...shown, ...planted].flatMap(namesIn), known)).to.deep.equal([]);
    expect(unknown(['ballast_rounds'], known)).to.deep.equal(['ballast_rounds']);
  });

  it('show every metric of the table, which docs/api.md has too', () => {
    const used = new Set(shown.flatMap(namesIn).map(metricOf));
    const page = textOf('docs/api.md');
    for (const { name, type, help, ...rest } of METRICS) {
      expect(used.has(name), `${name} is on no panel and in no alert`).to.equal(true);
      const labels = 'labels' in rest ? rest.labels.map((label) => `\`${label}\``).join(', ') : '';
      expect(page).to.include(`| \`${name}\` | ${type} | ${labels} | ${help} |`);
    }
    for (const name of recorded) expect([...used]).to.include(name);
  });

  it('ask for labels that their metrics have', () => {
    const labelsOf = (name: string): readonly string[] => {
      const metric = METRICS.find((one) => one.name === metricOf(name));
      return [
        ...(metric !== undefined && 'labels' in metric ? metric.labels : []),
        ...(metric?.type === 'histogram' ? ['le'] : []),
      ];
    };
    const wrong = ({ metric, label }: Matcher) => !['job', 'instance', ...labelsOf(metric)].includes(label);
    expect([...shown, ...planted].flatMap(matchersIn).filter(wrong)).to.deep.equal([]);
    expect(matchersIn('ballast_ready{code="A"}').filter(wrong)).to.have.length(1);
  });

  it('tell every condition of a node by an alert, and no other', () => {
    const asked = rules
      .filter(({ alert }) => alert !== undefined)
      .flatMap(({ expr }) => matchersIn(expr))
      .filter(({ metric }) => metric === 'ballast_condition_active')
      .flatMap(({ value }) => value.split('|'));
    expect(asked.toSorted()).to.deep.equal(CONDITION_CODES.toSorted());
    const codes = planted
      .flatMap(matchersIn)
      .filter(({ metric, label }) => metric === 'ballast_condition_active' && label === 'code');
    expect(new Set(codes.map(({ value }) => value))).to.deep.equal(new Set(CONDITION_CODES));
  });

  it('have for every alert words, a drill in which it fires and its lines in docs/incidents.md', () => {
    const page = textOf('docs/incidents.md');
    const fired = new Set(
      tests.flatMap(({ promql_expr_test }) =>
        promql_expr_test.flatMap(({ exp_samples }) =>
          exp_samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]),
        ),
      ),
    );
    const alerts = rules.flatMap(({ alert, ...rest }) => (alert === undefined ? [] : [{ alert, ...rest }]));
    for (const { alert, labels, annotations } of alerts) {
      expect(fired.has(alert), `${alert} is fired by nothing`).to.equal(true);
      expect(page).to.include(`| \`${alert}\` |`);
      expect(labels?.severity, alert).to.not.equal(undefined);
      expect(annotations?.summary, alert).to.not.equal(undefined);
    }
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).to.equal(names.length);
    const told = [...page.matchAll(/^\| `(Ballast\w+)` \|/gm)].map(([, name]) => name);
    expect(told.toSorted()).to.deep.equal(names.toSorted());
  });

  it('have dashboards as npm run grafana writes them, with panels that fit', () => {
    for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
      expect(textOf(`deploy/grafana/generated/${name}.json`), 'npm run grafana').to.equal(
        renderDashboard(dashboard),
      );
    }
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).to.be.at.most(24);
  });

  it('pass promtool, each alert firing on its fault and none on a healthy node', function () {
    this.timeout(60_000);
    const run = (...args: readonly string[]) =>
      spawnSync('promtool', args, { cwd: join(ROOT, 'deploy/prometheus'), encoding: 'utf8' });
    if (run('--version').error !== undefined) {
      console.error('promtool is not installed (Debian: prometheus): the rules are not evaluated');
      this.skip();
    }
    for (const args of [
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = run(...args);
      expect(status, stdout + stderr).to.equal(0);
    }
  });
});

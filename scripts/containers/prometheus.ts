import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Panels, samplesOf, sortPanels } from './panels.ts';

const PROMETHEUS = 'http://127.0.0.1:9090/api/v1';
const NODE = 'http://127.0.0.1:9470';

const targets = z.object({ activeTargets: z.array(z.object({ health: z.string() })) });
const rule = z.object({
  type: z.enum(['recording', 'alerting']),
  name: z.string(),
  query: z.string(),
  health: z.string(),
});
const rules = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });
const found = z.object({ result: z.array(z.unknown()) });
const dashboard = z.object({
  panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).optional() })),
});

async function ask<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  const response = await fetch(`${PROMETHEUS}${path}`);
  return z.object({ data: schema }).parse(await response.json()).data;
}

export async function isScraping(): Promise<boolean> {
  const { activeTargets } = await ask(targets, '/targets');
  return activeTargets.length > 0 && activeTargets.every(({ health }) => health === 'up');
}

/** Those that were evaluated, and how many could not be. */
export async function evaluatedRules() {
  const { groups } = await ask(rules, '/rules');
  const all = groups.flatMap((group) => group.rules);
  return { all, failing: all.filter(({ health }) => health !== 'ok').length };
}

/** What the panels of all dashboards show now, every node chosen. */
export async function askPanels(root: string): Promise<Panels> {
  const files = globSync('deploy/grafana/generated/*.json', { cwd: root });
  const expressions = files.flatMap((file) =>
    dashboard
      .parse(JSON.parse(readFileSync(join(root, file), 'utf8')))
      .panels.flatMap(({ targets: asked = [] }) => asked.map(({ expr }) => expr)),
  );
  const answers = [];
  for (const expression of expressions) {
    const query = encodeURIComponent(expression.replaceAll('$instance', '.*'));
    const { result } = await ask(found, `/query?query=${query}`);
    answers.push({ expression, series: result.length });
  }
  const { all } = await evaluatedRules();
  const recorded = all
    .filter(({ type }) => type === 'recording')
    .map((one) => [one.name, one.query] as const);
  const page = await (await fetch(`${NODE}/metrics`)).text();
  return sortPanels(answers, samplesOf(page), new Map(recorded));
}

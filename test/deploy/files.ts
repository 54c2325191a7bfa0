import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
export const yamlOf = (path: string): unknown => parse(textOf(path));

const rule = z.strictObject({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }).optional(),
  annotations: z.strictObject({ summary: z.string() }).optional(),
});
const rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })),
});
const ruleTests = z.object({
  tests: z.array(
    z.object({
      input_series: z.array(z.object({ series: z.string() })),
      promql_expr_test: z.array(
        z.object({ exp_samples: z.array(z.object({ labels: z.string(), value: z.number() })) }),
      ),
    }),
  ),
});
const dashboard = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      gridPos: z.object({ w: z.int(), x: z.int() }),
      targets: z.array(z.object({ expr: z.string() })).optional(),
    }),
  ),
});

const RULES = 'deploy/prometheus/rules.yml';

export const readRules = () => rules.parse(yamlOf(RULES)).groups.flatMap((group) => group.rules);
export const readRuleTests = () => ruleTests.parse(yamlOf('deploy/prometheus/rules.test.yml')).tests;
export const readDashboard = (name: string) =>
  dashboard.parse(JSON.parse(textOf(`deploy/grafana/generated/${name}.json`)));

import type { SkillJson } from '../api/index.ts';
import type { StatedReport } from './version-report.ts';

type Head = SkillJson['heads'][number];

/** Reports as columns; heads and baselines are those of the newest report. */
export function skillColumns(reports: readonly StatedReport[]): SkillJson {
  const newest = reports.at(-1);
  return {
    versions: reports.map(({ version }) => version),
    heads: (newest?.heads ?? []).map(({ head, metric, unit, baselines }): Head => {
      const rows = reports.map(({ heads }) => heads.find((other) => other.head === head));
      return {
        head,
        metric,
        unit,
        loss: rows.map((row) => rounded(row?.loss)),
        baselines: baselines.map(({ name }) => ({
          name,
          skill: rows.map((row) => rounded(row?.baselines.find((other) => other.name === name)?.skill)),
        })),
      };
    }),
  };
}

const rounded = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(6));

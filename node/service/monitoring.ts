import type { DriftJson, ShadowJson } from '../api/index.ts';
import type { SubjectState } from '../monitoring/index.ts';
import type { MonitorStatus } from '../runtime/index.ts';

/** Days that the figures of `/v1/drift` are of, at most. */
const DAYS_SHOWN = 30;

export function driftJson({ round, hour, findings, retraining, subjects }: MonitorStatus): DriftJson {
  return {
    round,
    hour,
    findings: [...findings],
    retraining: { ...retraining, reasons: [...retraining.reasons] },
    subjects: Object.entries(subjects).map(([subject, state]) => subjectJson(subject, state)),
  };
}

export function shadowJson({ shadow }: MonitorStatus): ShadowJson {
  if (shadow === null) return { trial: null };
  return { trial: { ...shadow, reasons: [...shadow.reasons], pairs: [...shadow.pairs] } };
}

function subjectJson(subject: string, { recent, lastWindow }: SubjectState): DriftJson['subjects'][number] {
  const days = recent.slice(-DAYS_SHOWN);
  const sum = (of: (day: SubjectState['recent'][number]) => number) =>
    days.reduce((total, day) => total + day.rows * of(day), 0);
  const rows = sum(() => 1);
  const mean = (of: (day: SubjectState['recent'][number]) => number | null) =>
    rows === 0 || days.some((day) => of(day) === null) ? null : sum((day) => of(day) ?? 0) / rows;
  const missed = mean((day) => day.missed);
  const baseline = sum((day) => day.baseline);
  return {
    subject,
    days: days.length,
    skill: baseline > 0 ? 1 - sum((day) => day.loss) / baseline : null,
    coverage: missed === null ? null : 1 - missed,
    modelShare: mean((day) => day.share),
    inputs: lastWindow && {
      toHour: lastWindow.toHour,
      p: lastWindow.p,
      feature: lastWindow.moved.name,
      median: lastWindow.moved.median,
      trainingMedian: lastWindow.moved.trainingMedian,
      rank: lastWindow.moved.rank,
      times: lastWindow.moved.times,
    },
  };
}

/** The gauges of a status, by name. */
export function monitorGauges(status: MonitorStatus) {
  const { subjects, findings } = driftJson(status);
  const of = (key: 'coverage' | 'skill') =>
    subjects.flatMap(({ subject, [key]: value }) =>
      value === null ? [] : [{ labels: { pair: subject }, value }],
    );
  return {
    coverage: of('coverage'),
    skill: of('skill'),
    drift: findings.map(({ subject, trigger }) => ({ labels: { pair: subject, trigger }, value: 1 })),
    shadow: status.shadow,
  };
}

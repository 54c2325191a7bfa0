/** Samples of metrics over time, in columns; `null` where a metric was not there. */
export type Samples = {
  readonly atMs: readonly number[];
  readonly byName: ReadonlyMap<string, readonly (number | null)[]>;
};

export const NO_SAMPLES: Samples = { atMs: [], byName: new Map() };
/** An hour at one sample in 15 s. */
export const MAX_SAMPLES = 240;
export const MAX_SERIES = 600;

const LINE = /^(ballast_[a-z0-9_]+)(\{[^}]*\})? (\S+)$/;

/** The node's own gauges and counters in the text that Prometheus reads: by name with labels. Buckets are left out. */
export function readMetrics(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '' || name.endsWith('_bucket') || found.size >= MAX_SERIES) continue;
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    if (!Number.isNaN(number)) found.set(`${name}${labels}`, number);
  }
  return found;
}

/** One sample more; the oldest goes when there are {@link MAX_SAMPLES}. */
export function withSample(samples: Samples, atMs: number, read: ReadonlyMap<string, number>): Samples {
  const kept = samples.atMs.length >= MAX_SAMPLES ? 1 : 0;
  const length = samples.atMs.length;
  const names = new Set([...read.keys(), ...samples.byName.keys()]);
  const byName = new Map<string, readonly (number | null)[]>();
  for (const name of names) {
    const before = samples.byName.get(name) ?? new Array<null>(length).fill(null);
    const column = [...before.slice(kept), read.get(name) ?? null];
    // A metric that has been gone for the whole of the window is forgotten.
    if (byName.size < MAX_SERIES && column.some((value) => value !== null)) byName.set(name, column);
  }
  return { atMs: [...samples.atMs.slice(kept), atMs], byName };
}

/** The newest value of a metric; undefined where it is not there now. */
export const latestOf = ({ byName }: Samples, name: string): number | undefined =>
  byName.get(name)?.at(-1) ?? undefined;

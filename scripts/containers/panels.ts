import { type Matcher, matchersIn, namesIn } from '../../test/deploy/expressions.ts';

/** What Prometheus answers to an expression of a panel, with how many series. */
export type Answer = { readonly expression: string; readonly series: number };

export type Panels = {
  readonly withData: number;
  /** Without data, since nothing has happened yet that they show. */
  readonly quiet: readonly string[];
  /** Without data, though the node writes all that they ask for. */
  readonly broken: readonly string[];
};

type Labels = Readonly<Record<string, string>>;
type Samples = ReadonlyMap<string, readonly Labels[]>;

/** Prometheus adds these itself. */
const ADDED = new Set(['instance', 'job']);
/** Leaves out the series that do not compare so. */
const COMPARISON = /(?:[=!]=|[<>]=?) *[-\d]/;

/** The labels of each value on a page of metrics, by the metric's name. */
export function samplesOf(page: string): Samples {
  const samples = new Map<string, Labels[]>();
  for (const [, name = '', inside = ''] of page.matchAll(/^([a-z]\w*)(?:\{(.*)\})? /gm)) {
    const labels = [...inside.matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g)].map(([, key, value]) => [key, value]);
    samples.set(name, [...(samples.get(name) ?? []), Object.fromEntries(labels)]);
  }
  return samples;
}

/** @param recorded the expressions of recorded series, by name. */
export function sortPanels(
  answers: readonly Answer[],
  samples: Samples,
  recorded: ReadonlyMap<string, string>,
): Panels {
  const isWritten = (expression: string): boolean => {
    const asked = matchersIn(expression);
    return namesIn(expression).every((name) => {
      const rule = recorded.get(name);
      if (rule !== undefined) return isWritten(rule);
      const wanted = asked.filter(({ metric, label }) => metric === name && !ADDED.has(label));
      return (samples.get(name) ?? []).some((labels) => wanted.every((matcher) => fits(labels, matcher)));
    });
  };
  const empty = answers.filter(({ series }) => series === 0).map(({ expression }) => expression);
  const isBroken = (expression: string) => isWritten(expression) && !COMPARISON.test(expression);
  return {
    withData: answers.length - empty.length,
    quiet: empty.filter((expression) => !isBroken(expression)),
    broken: empty.filter(isBroken),
  };
}

function fits(labels: Labels, { label, operator, value }: Matcher): boolean {
  const given = labels[label] ?? '';
  const isSame = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(given) : given === value;
  return operator.startsWith('!') ? !isSame : isSame;
}

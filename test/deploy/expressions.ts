const NAME = /\b(?:instance:)?ballast_[a-z0-9_:]+/g;
const SELECTOR = /((?:instance:)?\b(?:ballast_[a-z0-9_:]+|up))\{([^}]*)\}/g;
const MATCHER = /([a-z_]+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g;

/** The metrics and recorded series that an expression of Prometheus names. */
export function namesIn(expression: string): string[] {
  return [...expression.matchAll(NAME)].map(([name]) => name);
}

export type Matcher = {
  readonly metric: string;
  readonly label: string;
  readonly operator: string;
  readonly value: string;
};

/** What an expression asks of labels, or what labels a series has. */
export function matchersIn(expression: string): Matcher[] {
  return [...expression.matchAll(SELECTOR)].flatMap(([, metric = '', inside = '']) =>
    [...inside.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
      metric,
      label,
      operator,
      value,
    })),
  );
}

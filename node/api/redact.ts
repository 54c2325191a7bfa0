const MAX_LENGTH = 300;

/**
 * A text that may leave the node: endpoints often carry a key in their path or query, and paths tell of the
 * machine. URLs keep scheme and host, files keep nothing; a stack is cut to its first line.
 */
export function redact(text: string): string {
  return withoutUrlSecrets(text.split('\n', 1)[0] ?? '')
    .replaceAll(
      /(?<![\w:/.])(?:~|\.{1,2})?\/(?!v1\b|healthz\b|readyz\b|metrics\b)[\w.@-]+(?:\/[\w.@-]*)+/g,
      '…',
    )
    .slice(0, MAX_LENGTH);
}

/** A text whose URLs keep scheme and host alone. */
export function withoutUrlSecrets(text: string): string {
  return text.replaceAll(
    /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"']+)[^\s"')]*/gi,
    (_whole, scheme: string, host: string) => `${scheme}${host}`,
  );
}

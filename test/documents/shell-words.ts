/** What is no command itself: what a loop begins with, assignments before a command, a measured one, a prompt. */
const LEADING = /^(?:\$|do|time|[A-Z_]+=(?:'[^']*'|\S*))\s+/;
const END = /^(?:[|;&]|&&|\|\||\d?>.*)$/;

/**
 * The words of the first simple command of a line, quotes taken off and comments left out; nothing is expanded, and
 * what a pipe or a redirection begins is left out.
 */
export function shellWords(line: string): string[] {
  let rest = line.trim();
  while (LEADING.test(rest)) rest = rest.replace(LEADING, '');
  const words: string[] = [];
  for (const [whole] of rest.matchAll(/(?:'[^']*'|"[^"]*"|\$\([^)]*\)|[^\s'"])+/g)) {
    if (whole.startsWith('#') || END.test(whole)) break;
    const word = whole.replace(/;$/, '').replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2');
    words.push(word);
    if (whole.endsWith(';')) break;
  }
  return words;
}

/** The variables that a line sets for its command. */
export function assignments(line: string): Record<string, string> {
  const found: Record<string, string> = {};
  let rest = line.trim();
  for (let match = LEADING.exec(rest); match !== null; match = LEADING.exec(rest)) {
    const [, name, value] = /^([A-Z_]+)='?(.*?)'?\s+$/.exec(match[0]) ?? [];
    if (name !== undefined && value !== undefined) found[name] = value;
    rest = rest.slice(match[0].length);
  }
  return found;
}

/** The file that a line writes its output to. */
export const redirection = (line: string): string | undefined => /\s>\s?([\w./~-]+)/.exec(line)?.[1];

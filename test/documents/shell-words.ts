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

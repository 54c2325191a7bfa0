/** Source text with what is not code blanked out, at unchanged positions. */
export type MaskedSource = {
  /** The text with comments, the insides of strings and regular expressions, and template text as spaces. */
  readonly code: string;
  /** The strings and templates without substitutions, by the position of their opening quote. */
  readonly literals: ReadonlyMap<number, string>;
};

/** Words after which a slash begins a regular expression and not a division. */
const BEFORE_EXPRESSION =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|instanceof|yield|await)$/;

/**
 * Blanks out everything that only looks like code, so that plain patterns can be searched in what is left.
 *
 * A slash after `)` or `}` is read as a division; a string that does not end on its line shows that this, or
 * anything else here, went wrong.
 *
 * @throws Error on a string, template, comment or regular expression without an end
 */
export function maskSource(text: string): MaskedSource {
  const code = text.split('');
  const literals = new Map<number, string>();
  /** For each template that is open: how many braces are open inside its substitution. */
  const templates: number[] = [];
  let at = 0;

  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (code[i] !== '\n') code[i] = ' ';
  };
  const fail = (what: string, from: number): never => {
    throw new Error(`${what} without an end at line ${lineOf(text, from)}`);
  };
  const end = (what: string, pattern: string, from: number): number => {
    const found = text.indexOf(pattern, from);
    return found === -1 ? fail(what, from) : found + pattern.length;
  };
  /** Reads template text from `from` on; true when the template ended and false at a substitution. */
  const templateText = (from: number): boolean => {
    for (at = from; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '`' || text.startsWith('${', at)) break;
    }
    if (at >= text.length) fail('a template', from);
    blank(from, at);
    const ended = text[at] === '`';
    at += ended ? 1 : 2;
    return ended;
  };

  while (at < text.length) {
    const start = at;
    const char = text[at];
    if (text.startsWith('//', at) || (at === 0 && text.startsWith('#!'))) {
      const newline = text.indexOf('\n', at);
      at = newline === -1 ? text.length : newline;
      blank(start, at);
    } else if (text.startsWith('/*', at)) {
      at = end('a comment', '*/', at + 2);
      blank(start, at);
    } else if (char === "'" || char === '"') {
      for (at++; text[at] !== char; at++) {
        if (text[at] === '\\') at++;
        else if (text[at] === undefined || text[at] === '\n') fail('a string', start);
      }
      literals.set(start, text.slice(start + 1, at));
      blank(start + 1, at);
      at++;
    } else if (char === '`') {
      if (templateText(at + 1)) literals.set(start, text.slice(start + 1, at - 1));
      else templates.push(0);
    } else if (char === '/' && beginsExpression(code, at)) {
      let inClass = false;
      for (at++; inClass || text[at] !== '/'; at++) {
        if (text[at] === '\\') at++;
        else if (text[at] === '[') inClass = true;
        else if (text[at] === ']') inClass = false;
        else if (text[at] === undefined || text[at] === '\n') fail('a regular expression', start);
      }
      blank(start + 1, at);
      at++;
    } else {
      const open = templates.length - 1;
      const depth = templates[open];
      at++;
      if (depth === undefined) continue;
      if (char === '{') templates[open] = depth + 1;
      else if (char === '}' && depth > 0) templates[open] = depth - 1;
      else if (char === '}' && templateText(at)) templates.pop();
    }
  }
  if (templates.length > 0) fail('a template', text.length);
  return { code: code.join(''), literals };
}

/** The line number of `position`, from 1. */
export function lineOf(text: string, position: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < position; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

function beginsExpression(code: readonly string[], at: number): boolean {
  const before = code
    .slice(Math.max(0, at - 200), at)
    .join('')
    .trimEnd();
  // An operand, or one with a postfix `!`, `++` or `--`.
  const isOperand = /[\w$)\]}'"`](?:!|\+\+|--)?$/.test(before);
  return !isOperand || BEFORE_EXPRESSION.test(before);
}

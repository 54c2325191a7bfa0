import { stripTypeScriptTypes } from 'node:module';
import { maskSource } from '../architecture/source.ts';

/** A piece of code: comments, types and the insides of strings and templates are none. */
export type Token = {
  readonly text: string;
  readonly at: number;
  readonly kind: 'word' | 'number' | 'string' | 'sign';
  /** Inside the substitution of a template: text for people. */
  readonly inTemplate: boolean;
};

const SIGNS =
  /^(?:>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\];,<>+\-*/%&|^!~?:=.@#])/;

/** The JavaScript that Node runs of a TypeScript file: types are blanks, every position is what it was. */
export function javascriptOf(text: string): string {
  return stripTypeScriptTypes(text);
}

/**
 * The tokens of a TypeScript file, at their positions in it. Without types `<` is always a comparison.
 *
 * @throws Error for text that is no TypeScript.
 */
export function tokensOf(text: string): Token[] {
  const { code } = maskSource(javascriptOf(text));
  const tokens: Token[] = [];
  /** For each open template, how many braces are open inside its substitution; −1 outside of one. */
  const templates: number[] = [];
  let at = 0;
  const push = (kind: Token['kind'], length: number): void => {
    tokens.push({ kind, at, text: code.slice(at, at + length), inTemplate: templates.length > 0 });
    at += length;
  };
  while (at < code.length) {
    const rest = code.slice(at, at + 80);
    const depth = templates.at(-1);
    if (/^\s/.test(rest)) at++;
    else if (rest[0] === '`') {
      if (depth === -1) templates.pop();
      else templates.push(-1);
      push('string', 1);
    } else if (depth === -1) {
      if (rest.startsWith('${')) templates[templates.length - 1] = 0;
      at += rest.startsWith('${') ? 2 : 1;
    } else if (rest[0] === '}' && depth === 0) {
      templates[templates.length - 1] = -1;
      at++;
    } else if (rest[0] === "'" || rest[0] === '"') {
      push('string', code.indexOf(rest[0], at + 1) + 1 - at);
    } else {
      const word = /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(rest)?.[0];
      const number = /^(?:0x[\da-f]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)n?/i.exec(rest)?.[0];
      const sign = SIGNS.exec(rest)?.[0];
      if (word !== undefined) push('word', word.length);
      else if (number !== undefined) push('number', number.length);
      else if (sign !== undefined) {
        if (depth !== undefined && (sign === '{' || sign === '}')) {
          templates[templates.length - 1] = depth + (sign === '{' ? 1 : -1);
        }
        push('sign', sign.length);
      } else throw new Error(`no token at ${at}: ${rest.slice(0, 20)}`);
    }
  }
  return tokens;
}

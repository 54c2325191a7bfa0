import { lineOf } from '../architecture/source.ts';
import { type Token, tokensOf } from './tokens.ts';

/** One change to a file that should make a test fail. */
export type Mutant = {
  /** Relative to the root. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The whole line, trimmed. */
  readonly code: string;
  /** What becomes what, such as `< → <=`. */
  readonly change: string;
  /** Which of the mutants with this path, code and change it is, from 1. */
  readonly nth: number;
  /** The edit: `length` characters at `at` become `replacement`. */
  readonly at: number;
  readonly length: number;
  readonly replacement: string;
};

type Edit = Pick<Mutant, 'at' | 'length' | 'replacement' | 'change'>;

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};

const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
};

/** What moves the bound of a loop: the other way does, between whole numbers, what the other comparison does. */
const BOUND_STEPS: Readonly<Record<string, readonly string[]>> = {
  '<': [' - 1'],
  '<=': [' + 1'],
  '>': [' + 1'],
  '>=': [' - 1'],
};

/** Signs after which a number belongs to a bound or a position. */
const BESIDE_BOUND = new Set(['+', '-', '>>', '<<', '>>>', '%', '<', '<=', '>', '>=']);
const SLICING = new Set(['slice', 'subarray', 'splice', 'at', 'fill']);

/**
 * Every mutant of a file: comparisons moved by their bound or turned round, `Math.min` and `Math.max` exchanged, signs
 * flipped, and 1 added to or taken from indices, bounds of loops and small whole numbers beside them.
 *
 * What is text for people is left alone: strings, templates, and what `throw` and `new …Error` are given.
 */
export function mutantsOf(path: string, text: string): Mutant[] {
  const tokens = tokensOf(text);
  const seen = new Map<string, number>();
  return editsOf(tokens).map((edit) => {
    const line = lineOf(text, edit.at);
    const code = text.split('\n')[line - 1]?.trim() ?? '';
    const key = `${code}\n${edit.change}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return { path, line, code, nth, ...edit };
  });
}

function editsOf(tokens: readonly Token[]): Edit[] {
  const skipped = spokenOf(tokens);
  const places = placesOf(tokens);
  return tokens
    .flatMap((token, i) => {
      if (token.inTemplate || skipped.has(i)) return [];
      const before = tokens[i - 1];
      const after = tokens[i + 1];
      if (token.kind === 'sign') return signEdits(token, before, after);
      const isExtremum = (token.text === 'min' || token.text === 'max') && tokens[i - 2]?.text === 'Math';
      if (isExtremum) return [replace(token, token.text === 'min' ? 'max' : 'min')];
      if (token.kind === 'number') return numberEdits(token, before, after, places.has(i));
      return [];
    })
    .concat(offsetEdits(tokens, skipped));
}

function replace({ at, text }: Token, replacement: string): Edit {
  return { at, length: text.length, replacement, change: `${text} → ${replacement}` };
}

function signEdits(token: Token, before: Token | undefined, after: Token | undefined): Edit[] {
  const compared = COMPARISONS[token.text];
  if (compared !== undefined) return compared.map((other) => replace(token, other));
  const flipped = ARITHMETIC[token.text];
  if (flipped === undefined || before?.kind === 'string' || after?.kind === 'string') return [];
  if (isOperand(before)) return [replace(token, flipped)];
  // A unary plus changes nothing that a test could see.
  return token.text === '-' ? [{ ...replace(token, '+'), change: 'unary - → +' }] : [];
}

function isOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'sign') return token.text === ')' || token.text === ']';
  return token.kind !== 'word' || !/^(?:return|case|of|in|typeof|void|else)$/.test(token.text);
}

function numberEdits(
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
  isPlace: boolean,
): Edit[] {
  if (!/^[012]$/.test(token.text)) return [];
  const beside = [before, after].some((each) => each !== undefined && BESIDE_BOUND.has(each.text));
  if (!isPlace && !beside) return [];
  const value = Number(token.text);
  return [...(value > 0 ? [value - 1] : []), value + 1].map((other) => replace(token, String(other)));
}

/** Tokens inside index brackets, headers of `for`, and the arguments of slices. */
function placesOf(tokens: readonly Token[]): Set<number> {
  const places = new Set<number>();
  const stack: boolean[] = [];
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (token.kind === 'sign' && /^[([{]$/.test(token.text)) {
      const isHeader = token.text === '(' && before?.text === 'for';
      const isSlice = token.text === '(' && before !== undefined && SLICING.has(before.text);
      stack.push(isHeader || isSlice || isIndex(token, before));
    } else if (token.kind === 'sign' && /^[)\]}]$/.test(token.text)) stack.pop();
    else if (stack.at(-1) === true) places.add(i);
  }
  return places;
}

function isIndex(token: Token, before: Token | undefined): boolean {
  return token.text === '[' && isOperand(before) && before?.kind !== 'number' && !isDeclaring(before);
}

function isDeclaring(token: Token | undefined): boolean {
  return token !== undefined && /^(?:const|let|var)$/.test(token.text);
}

/** One more and one less: the whole of an index, and the bound that the counter of a loop is compared with. */
function offsetEdits(tokens: readonly Token[], skipped: ReadonlySet<number>): Edit[] {
  const edits: Edit[] = [];
  const offset = (from: number, to: number, steps: readonly string[]): void => {
    const first = tokens[from];
    const last = tokens[to - 1];
    if (first === undefined || last === undefined || to <= from) return;
    if (first.inTemplate || skipped.has(from) || first.kind === 'string') return;
    if (to - from === 1 && first.kind === 'number') return;
    const at = last.at + last.text.length;
    for (const step of steps) edits.push({ at, length: 0, replacement: step, change: `index${step}` });
  };
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (token.kind === 'sign' && isIndex(token, before)) offset(i + 1, closing(tokens, i), [' + 1', ' - 1']);
    if (token.text === '(' && before?.text === 'for') {
      const [, condition] = splitHeader(tokens, i + 1, closing(tokens, i));
      if (condition === undefined) continue;
      for (let k = condition.from; k < condition.to; k++) {
        const steps = BOUND_STEPS[tokens[k]?.text ?? ''];
        if (steps !== undefined) offset(k + 1, condition.to, steps);
      }
    }
  }
  return edits;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.kind !== 'sign') continue;
    if (/^[([{]$/.test(tokens[i]?.text ?? '')) depth++;
    if (/^[)\]}]$/.test(tokens[i]?.text ?? '') && --depth === 0) return i;
  }
  throw new Error(`no bracket closes the one at ${tokens[open]?.at}`);
}

function splitHeader(tokens: readonly Token[], from: number, to: number): { from: number; to: number }[] {
  const ends = [...tokens.keys()].filter((i) => i >= from && i < to && tokens[i]?.text === ';');
  return [...ends, to].map((end, i) => ({ from: i === 0 ? from : (ends[i - 1] as number) + 1, to: end }));
}

/** Tokens of what is said to people: after `throw`, and in the arguments of an error or of what makes one. */
function spokenOf(tokens: readonly Token[]): Set<number> {
  const spoken = new Set<number>();
  for (const [i, token] of tokens.entries()) {
    if (token.text !== '(' || !/(?:Error|notFinite|fail)$/.test(tokens[i - 1]?.text ?? '')) continue;
    for (let k = i; k < closing(tokens, i); k++) spoken.add(k);
  }
  return spoken;
}

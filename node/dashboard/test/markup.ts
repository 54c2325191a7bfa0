import { nothing } from 'lit-html';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** What a browser would show of a template: values escaped as text nodes and attributes are, handlers left out. */
export function markupOf(value: unknown): string {
  if (value === nothing || value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (typeof value !== 'object') return escaped(String(value));
  const { strings, values } = value as {
    readonly strings: readonly string[];
    readonly values: readonly unknown[];
  };
  let text = '';
  for (const [i, string] of strings.entries()) {
    text += string;
    if (i >= values.length) break;
    const [, name] = /([.@?][\w-]+)=$/.exec(text) ?? [];
    if (name === undefined) {
      const isBare = /[\w-]+=$/.test(text);
      const shown = markupOf(values[i]);
      text += isBare ? `"${shown}"` : shown;
      continue;
    }
    text = text.slice(0, -name.length - 1);
    if (name.startsWith('?') && values[i] === true) text += name.slice(1);
    if (name === '.textContent') text += `data-text="${markupOf(values[i])}"`;
  }
  return text;
}

/** The text of a template without its tags, blanks folded. */
export const wordsOf = (value: unknown): string =>
  markupOf(value)
    .replaceAll(/<time[^>]*data-text="([^"]*)"[^>]*>/g, '$1')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

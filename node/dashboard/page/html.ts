/** Markup in which every text has been escaped. */
export type Html = { readonly markup: string };

type Value = Html | readonly Html[] | string | number;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, save those that are {@link Html} already. Attribute values need quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: parts.reduce((text, part, i) => text + markupOf(values[i - 1] ?? '') + part) };
}

export const nothing: Html = { markup: '' };

function markupOf(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  }
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

import type { Estimate } from '../../models/metrics/index.ts';

/** Text as HTML. */
export function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A coordinate of a drawing: a tenth of a unit is below what is seen. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `+12.3 %`, `−0.4 %`. */
export function signedPercent(share: number, digits = 1): string {
  const text = (100 * Math.abs(share)).toFixed(digits);
  const isZero = Number(text) === 0;
  return `${isZero ? '' : share < 0 ? '−' : '+'}${text} %`;
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Three significant digits, plain. */
export function plain(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', '−');
}

/** A figure with its interval behind it. */
export function estimateText(estimate: Estimate | null, text: (value: number) => string): string {
  if (estimate === null) return '–';
  const { value, low, high } = estimate;
  const bounds = low === null || high === null ? '' : ` <small>[${text(low)}, ${text(high)}]</small>`;
  return `${text(value)}${bounds}`;
}

/** A table that scrolls by itself where the page is narrow; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('');
  return (
    `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table></div>`
  );
}

/** A fold with what not everybody reads. */
export function details(summary: string, content: string): string {
  return `<details><summary>${escapeText(summary)}</summary>${content}</details>`;
}

import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { Answer } from '../answers.ts';
import { type Actions, type ListId, ROWS_AT_ONCE } from '../state.ts';

export type View = TemplateResult | typeof nothing | readonly TemplateResult[] | string;

/** A card with a heading of its own. */
export const card = (title: string, body: View, isWide = false): TemplateResult =>
  html`<section class="card ${isWide ? 'wide' : ''}"><h2>${title}</h2>${body}</section>`;

/** What an answer has, or why it is not there. */
export function shown<Body>(answer: Answer<Body>, view: (body: Body) => View): View {
  if (answer.state === 'here') return view(answer.body);
  if (answer.state === 'waiting') return html`<p class="quiet">asking the node</p>`;
  const what = answer.status === 404 ? 'this node does not have it' : 'not to be had now';
  return html`<p class="missing">${what}: ${answer.message}</p>`;
}

/** A term with its value. */
export const fact = (name: string, value: View | number): TemplateResult =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** The last characters of a long id, with all of it in the title. */
export const shortId = (id: string): TemplateResult => html`<code title=${id}>…${id.slice(-6)}</code>`;

export const shortHash = (hash: string): TemplateResult =>
  html`<code title=${hash}>${hash.slice(0, 12)}</code>`;

/** Rows of a table, those that are shown, and a button for the rest. */
export function rowsOf<Item>(
  list: ListId,
  items: readonly Item[],
  limit: number,
  actions: Pick<Actions, 'showMore'>,
  {
    head,
    row,
    caption,
  }: {
    readonly head: readonly string[];
    readonly row: (item: Item) => TemplateResult;
    readonly caption: string;
  },
): TemplateResult {
  const left = items.length - limit;
  return html`<div class="scroll" role="region" aria-label=${caption} tabindex="0"><table>
<caption class="hidden">${caption}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${items.slice(0, limit).map(row)}</tbody></table></div>
${left > 0 ? html`<button type="button" class="more" @click=${() => actions.showMore(list)}>show ${Math.min(left, ROWS_AT_ONCE)} more of ${left}</button>` : nothing}`;
}

/** How much of a whole there is, as a bar with words. */
export function meter(
  share: number,
  words: string,
  level: 'calm' | 'warm' | 'late' = 'calm',
): TemplateResult {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${words}>${svg`<rect class="track" width="100" height="8"/><rect class="fill ${level}" width=${width} height="8"/>`}</svg>`;
}

/** Where a chart is drawn; the words stand for it where it is not seen. */
export const chartPlace = (id: string, words: string): TemplateResult =>
  html`<div class="chart" id=${id} role="img" aria-label=${words}></div>`;

/** A coloured word for a state: the word says it, the colour only helps. */
export const badge = (word: string, tone: 'good' | 'bad' | 'warm' | 'plain'): TemplateResult =>
  html`<span class="badge ${tone}">${word}</span>`;

import { html, type TemplateResult } from 'lit-html';

/** `2026-11-21 21:04:07 UTC`. */
export const exactTime = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** How long ago, in one unit: `3 s ago`; `in 2 h` for what is to come. */
export function agoText(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / 1_000);
  if (seconds === 0) return 'now';
  const span = spanText(Math.abs(seconds));
  return seconds > 0 ? `${span} ago` : `in ${span}`;
}

/** Seconds in the unit that says them in few digits: `45 s`, `3 min`, `5 h`, `2 days`. */
export function spanText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** A time as it is read, with the exact one in its title; the page keeps the words of all that are shown up to date. */
export const timeAgo = (atMs: number, nowMs: number): TemplateResult =>
  html`<time datetime=${new Date(atMs).toISOString()} title=${exactTime(atMs)} data-at=${atMs} .textContent=${agoText(atMs, nowMs)}></time>`;

import { agoText } from '../time.ts';

/** Brings the words of every time that is shown up to date. */
export function tick(nowMs: number): void {
  for (const time of document.querySelectorAll<HTMLElement>('time[data-at]')) {
    const words = agoText(Number(time.dataset.at), nowMs);
    if (time.textContent !== words) time.textContent = words;
  }
}

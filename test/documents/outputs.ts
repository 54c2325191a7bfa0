import { keyOf } from './key.ts';
import type { Page } from './pages.ts';

type Block = { readonly from: number; readonly to: number; readonly lines: readonly string[] };

/** What stands between fences, with the places of these among the page's lines. */
function blocksOf(text: string): Block[] {
  const lines = text.split('\n');
  const fences = lines.flatMap((line, i) => (line.startsWith('```') ? [i] : []));
  return fences.flatMap((from, i) => {
    const to = fences[i + 1];
    return i % 2 === 1 || to === undefined ? [] : [{ from, to, lines: lines.slice(from + 1, to) }];
  });
}

/** What pages show right below a block that holds a command and nothing else, by the command's key. */
export function shownOutputs(pages: readonly Page[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { text } of pages) {
    const blocks = blocksOf(text);
    for (const [i, { lines, to }] of blocks.entries()) {
      const below = blocks[i + 1];
      const [line = '', ...more] = lines.join('\n').replaceAll('\\\n', ' ').split('\n');
      const key = more.length === 0 ? keyOf(line) : undefined;
      if (key !== undefined && below?.from === to + 1) found.set(key, below.lines);
    }
  }
  return found;
}

/** How a line begins: its first two words, numbers, names of nodes, keys and files and what doctor found aside. */
export function beginningOf(line: string): string {
  const plain = line
    .trim()
    .replace(/^(?:ok|warning|problem|skipped) /, '<finding> ')
    .replaceAll(/12D3KooW\w*…?/g, '<node>')
    .replaceAll(/\b(?:0x)?(?=\w*\d)[0-9a-f]{6,}\b…?/g, '<hex>')
    .replaceAll(/\d[\d.,:TZ-]*/g, '<number>')
    .replaceAll(/(?:\S*\/)?\S+\.(?:json|backup)/g, '<file>');
  return plain.split(/\s+/).slice(0, 2).join(' ');
}

/** Lines that a page shows and that nothing of what was printed begins like. */
export function outdatedLines(shown: readonly string[], printed: string): string[] {
  const beginnings = new Set(printed.split('\n').map(beginningOf));
  return shown.filter((line) => !['', '…'].includes(line.trim()) && !beginnings.has(beginningOf(line)));
}

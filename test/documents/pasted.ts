import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Blocks of shell below a comment with a name, which tests paste. */
const PASTED = [
  { page: 'README.md', name: 'real node' },
  { page: 'docs/api.md', name: 'token' },
] as const;

/** @param name of the comment above them */
export function blocksOf(text: string, name: string): string[] {
  const marked = new RegExp(`^<!-- ${name} -->\\n\`\`\`(?:sh)?\\n(.*?)^\`\`\`$`, 'gms');
  return [...text.matchAll(marked)].map(([, block = '']) => block);
}

export const pastedBlocks = (root: string): string[] =>
  PASTED.flatMap(({ page, name }) => blocksOf(readFileSync(join(root, page), 'utf8'), name));

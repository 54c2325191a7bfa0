import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of shell that a page shows: one of a block, or a span of code that begins with a command. */
export type ShownCommand = {
  /** `docs/gate.md:12`. */
  readonly at: string;
  readonly text: string;
  /** Whether it is a span within a sentence, which may leave arguments away. */
  readonly isMention: boolean;
};

export type Page = { readonly path: string; readonly text: string };

export function readPages(root: string): Page[] {
  const paths = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root }).sort()];
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const FENCE = /^ *```/;
const PROGRAMS = 'ballast|npm|npx|node|mocha|curl';

/** Everything of a page that could be a command: blocks line by line, continued lines joined, and spans of code. */
export function shownCommands({ path, text }: Page): ShownCommand[] {
  const commands: ShownCommand[] = [];
  let inBlock = false;
  let continued = '';
  for (const [i, line] of text.split('\n').entries()) {
    const at = `${path}:${i + 1}`;
    if (FENCE.test(line)) {
      inBlock = !inBlock;
      continued = '';
    } else if (inBlock && line.endsWith('\\')) {
      continued += `${line.slice(0, -1)} `;
    } else if (inBlock) {
      commands.push({ at, text: continued + line.trim(), isMention: false });
      continued = '';
    } else {
      for (const [, span = ''] of line.matchAll(/`([^`]+)`/g))
        if (new RegExp(`^(?:${PROGRAMS}) `).test(span)) commands.push({ at, text: span, isMention: true });
    }
  }
  return commands;
}

/** A page without its blocks and spans of code. */
function prose(text: string): string {
  let inBlock = false;
  const lines = text.split('\n').map((line) => {
    if (FENCE.test(line)) inBlock = !inBlock;
    return inBlock || FENCE.test(line)
      ? ''
      : line.replaceAll(/`[^`]*`/g, (span) => span.replaceAll(/[[\]()#]/g, ' '));
  });
  return lines.join('\n');
}

/** The targets of a page's links and pictures, with the line that each stands in. */
export function links({ path, text }: Page): { readonly at: string; readonly target: string }[] {
  return prose(text)
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ at: `${path}:${i + 1}`, target })),
    );
}

/** The anchors of a page's headings, by the rules of the sites that show it. */
export function anchors(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Map<string, number>();
  let inBlock = false;
  for (const line of text.split('\n')) {
    if (FENCE.test(line)) inBlock = !inBlock;
    const [, heading] = inBlock ? [] : (/^#{1,6} +(.*?) *$/.exec(line) ?? []);
    if (heading === undefined) continue;
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Mark}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return found;
}

/** A command that a page marks with `<!-- runs -->`, and the output that it shows below. */
export function promisedOutputs({ path, text }: Page): { at: string; command: string; output: string }[] {
  const marked = /<!-- runs -->\n```\w*\n([^\n]+)\n```\n+```\w*\n(.*?)```/gs;
  return [...text.matchAll(marked)].map((match) => ({
    at: `${path}:${text.slice(0, match.index).split('\n').length}`,
    command: match[1] ?? '',
    output: match[2] ?? '',
  }));
}

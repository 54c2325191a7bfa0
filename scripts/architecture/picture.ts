import type { SourceFile } from '../../test/architecture/imports.ts';
import { fromTheTop, type ImportGraph, importGraph, nodeFolder, projectFolder } from './import-graph.ts';

const CELL = 22;
const LABEL = 150;
const HEAD = 130;
const MARGIN = 24;

const STYLE = `
    .page { fill: #ffffff; }
    text { fill: #17212e; font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 13px; }
    .head { font-size: 17px; font-weight: 600; }
    .cell { fill: #f2f5f9; stroke: #d3dae3; }
    .self { fill: #aab4c2; }
    .down { fill: #2f7d57; }
    .up { fill: #b3372f; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #10161f; }
      text { fill: #eef3f9; }
      .cell { fill: #1c2633; stroke: #33435a; }
      .self { fill: #5b6b80; }
      .down { fill: #5fbf90; }
      .up { fill: #f0857c; }
    }`;

type Part = { readonly title: string; readonly graph: ImportGraph };

/**
 * Who imports whom, as squares: a folder a row, what it imports in the columns. Folders stand from the top down, so an
 * import downwards is right of the diagonal; one left of it belongs to folders that import each other.
 */
export function drawProject(files: readonly SourceFile[]): string {
  return drawImports([
    { title: 'Folders', graph: importGraph(files, projectFolder) },
    { title: 'Inside node', graph: importGraph(files, nodeFolder) },
  ]);
}

function drawImports(parts: readonly Part[]): string {
  let y = MARGIN;
  const drawn = parts.map(({ title, graph }) => {
    const square = drawSquare(title, graph, y);
    y += square.height + MARGIN;
    return square;
  });
  const width = 2 * MARGIN + Math.max(...drawn.map((square) => square.width));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-labelledby="title description">`,
    '  <title id="title">Who imports whom</title>',
    `  <desc id="description">${parts.map(described).join(' ')}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" x="0" y="0" width="${width}" height="${y}" rx="8"/>`,
    ...drawn.flatMap(({ lines }) => lines.map((line) => `  ${line}`)),
    '</svg>',
    '',
  ].join('\n');
}

function described({ title, graph }: Part): string {
  const each = fromTheTop(graph).map((folder) => {
    const imports = [...(graph.get(folder) ?? [])].sort();
    return `${folder} imports ${imports.length === 0 ? 'nothing' : imports.join(', ')}.`;
  });
  return `${title}: ${each.join(' ')}`;
}

type Square = { readonly lines: string[]; readonly width: number; readonly height: number };

function drawSquare(title: string, graph: ImportGraph, top: number): Square {
  const folders = fromTheTop(graph);
  const [left, first] = [MARGIN + LABEL, top + HEAD];
  const middle = (i: number) => i * CELL + CELL / 2;
  const lines = [`<text class="head" x="${MARGIN}" y="${top + 14}">${title}</text>`];
  for (const [row, folder] of folders.entries()) {
    const y = first + middle(row);
    lines.push(
      `<text x="${left - 8}" y="${y + 4}" text-anchor="end">${folder}</text>`,
      `<text transform="translate(${left + middle(row) + 4} ${first - 8}) rotate(-60)">${folder}</text>`,
    );
    for (const [column, target] of folders.entries()) {
      const [x, corner] = [left + column * CELL, first + row * CELL];
      lines.push(`<rect class="cell" x="${x}" y="${corner}" width="${CELL}" height="${CELL}"/>`);
      const mark =
        row === column ? 'self' : graph.get(folder)?.has(target) ? (column > row ? 'down' : 'up') : '';
      if (mark !== '')
        lines.push(
          `<rect class="${mark}" x="${x + 5}" y="${corner + 5}" width="${CELL - 10}" height="${CELL - 10}"/>`,
        );
    }
  }
  const size = folders.length * CELL;
  return { lines, width: LABEL + size + HEAD / 2, height: HEAD + size };
}

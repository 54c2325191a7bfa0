import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { fromTheTop, importGraph, nodeFolder, projectFolder } from '../scripts/architecture/import-graph.ts';
import { drawProject } from '../scripts/architecture/picture.ts';
import { parseSource } from './architecture/imports.ts';
import { readTree } from './architecture/tree.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

describe('the picture of the imports', () => {
  const sources = readTree(ROOT);

  it('is what npm run architecture draws of the sources', () => {
    const drawn = drawProject(sources);
    const kept = readFileSync(join(ROOT, 'docs/imports.svg'), 'utf8');
    expect(drawn === kept, 'docs/imports.svg is out of date: node scripts/architecture.ts').to.equal(true);
  });

  it('has the folders of the project in the order of the rules', () => {
    const order = fromTheTop(importGraph(sources, projectFolder));
    const rule = ['simulations', 'node', 'coordinator', 'aggregation', 'privacy', 'protocol'];
    expect(order.filter((folder) => folder !== 'contracts/client')).to.deep.equal(rule);
  });

  it('leaves tests and packages out, and sorts what imports each other by name', () => {
    const files = Object.entries({
      'node/a/x.ts': "import '../b/x.ts';\nimport 'viem';\nimport './y.ts';\n",
      'node/b/x.ts': "import '../a/x.ts';\nimport '../c/x.ts';\n",
      'node/c/x.ts': '',
      'node/c/test/x.test.ts': "import '../../a/x.ts';\n",
    }).map(([path, text]) => parseSource(path, text));
    const graph = importGraph(files, nodeFolder);
    expect(Object.fromEntries([...graph].map(([from, to]) => [from, [...to]]))).to.deep.equal({
      a: ['b'],
      b: ['a', 'c'],
      c: [],
    });
    expect(fromTheTop(graph)).to.deep.equal(['a', 'b', 'c']);
  });
});

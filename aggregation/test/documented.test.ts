import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { preAggregatorNames, ruleNames, serverStepNames } from '../index.ts';

const PAGE = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
const LIBRARY = pathToFileURL(new URL('../index.ts', import.meta.url).pathname).href;
/** The rows that every example uses: the page's first block. */
const ROWS = /```js\n(const rows = .*?)```/s.exec(PAGE)?.[1] ?? '';
const PARTS = ['Formula', 'Condition', 'Resists', 'Broken by', 'Source'];

/** The section of a name: from its heading to the next. */
function sectionOf(name: string): string {
  const [, section = ''] = PAGE.split(`\n### \`${name}\`\n`);
  return section.split(/\n#{2,3} /)[0] ?? '';
}

/** What a block's last line gives, and what stands behind it. */
async function run(block: string): Promise<{ given: unknown; promised: unknown }> {
  const lines = block.trim().split('\n');
  const [, expression = '', promised = 'null'] = /^(.*); \/\/ (.*)$/.exec(lines.at(-1) ?? '') ?? [];
  const source = [ROWS, ...lines.slice(0, -1), `export default ${expression};`].join('\n');
  const code = source.replaceAll("'ballast/aggregation'", `'${LIBRARY}'`);
  const { default: value } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    default: unknown;
  };
  const given = value instanceof Float64Array ? [...value].map((x) => Number(x.toFixed(6))) : value;
  return { given, promised: JSON.parse(promised) };
}

describe('the page on rules', () => {
  for (const name of [...ruleNames, ...preAggregatorNames, ...serverStepNames]) {
    it(`says of ${name} what it is, and its example gives what it promises`, async () => {
      const section = sectionOf(name);
      for (const part of PARTS) expect(section, part).to.match(new RegExp(`^- \\*\\*${part}\\*\\*`, 'm'));
      const blocks = [...section.matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block);
      expect(blocks, 'examples').to.have.lengthOf.at.least(1);
      for (const block of blocks) {
        const { given, promised } = await run(block);
        expect(given).to.deep.equal(promised);
      }
    });
  }

  it('has no section of a name that is unknown', () => {
    const known: readonly string[] = [...ruleNames, ...preAggregatorNames, ...serverStepNames];
    const named = [...PAGE.matchAll(/^### `([^`]+)`$/gm)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.includes(name))).to.deep.equal([]);
  });
});

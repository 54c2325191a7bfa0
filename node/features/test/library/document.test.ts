import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { listFeatures } from '../../library/index.ts';

/** The table of the document, as Markdown. */
function table(): string {
  const rows = listFeatures().map(({ name, family, input, columns, units, warmupBars, description }) =>
    [
      `\`${name}\``,
      family,
      input.replaceAll('-', ' '),
      columns,
      units.join(', '),
      warmupBars === 0 ? '' : warmupBars,
      description.replaceAll('|', '\\|'),
    ].join(' | '),
  );
  const head = ['feature | family | reads | columns | units | bars | what', '---|---|---|---|---|---|---'];
  return [...head, ...rows].map((row) => `| ${row} |`).join('\n');
}

describe('the document of features', () => {
  it('has the table that the library gives', () => {
    const text = readFileSync(new URL('../../../../docs/features.md', import.meta.url), 'utf8');
    const [, written] = /<!-- features -->\n([\s\S]*?)\n?<!-- \/features -->/.exec(text) ?? [];
    expect(written).to.equal(table());
  });
});

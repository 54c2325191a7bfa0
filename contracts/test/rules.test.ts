import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const folder = dirname(fileURLToPath(import.meta.url));
const RULES = 24;

describe('the rules R1 to R24', () => {
  it('each bear the name of a forge test', () => {
    const files = globSync('*.t.sol', { cwd: folder });
    const tests = files.flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      return [...text.matchAll(/function ((?:test|invariant)\w*)\(/g)].map(([, name = '']) => name);
    });
    const named = new Set(
      tests.flatMap((name) => [...name.matchAll(/_(R\d\d)(?=_)/g)].map(([, rule]) => rule)),
    );
    const rules = Array.from({ length: RULES }, (_, i) => `R${String(i + 1).padStart(2, '0')}`);
    expect(rules.filter((rule) => !named.has(rule))).to.deep.equal([]);
  });
});

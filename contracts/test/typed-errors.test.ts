import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In assembly: another contract's reason handed on, and calldata that fits no type, as the ABI's decoder refuses it. */
const HANDED_ON = /\brevert\((?:free, returndatasize\(\)|0, 0)\)/g;

/** Lines of Solidity that revert with a text, with nothing, or by a panic (R22). */
function untyped(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replaceAll(HANDED_ON, '');
  return code.split('\n').filter((line) => /\b(?:require|assert|revert)\s*\(/.test(line));
}

describe('refusals of the contracts (R22)', () => {
  it('are typed errors, everywhere', () => {
    const files = globSync('src/**/*.sol', { cwd: root });
    expect(files.length).to.be.at.least(50);
    const found = files.flatMap((file) =>
      untyped(readFileSync(join(root, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('would be found where they are not', () => {
    const source =
      'if (a) revert();\nrequire(a, "b");\nassert(a);\nrevert("b");\nrevert Typed(a);\n// require(a)';
    expect(untyped(source)).to.have.length(4);
  });
});

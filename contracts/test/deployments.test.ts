import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const folder = dirname(fileURLToPath(import.meta.url));

/** Contracts of contracts/src that are made by `new` where a revert is expected: the test would end there and pass. */
function endedBy(source: string): string[] {
  const imports = [...source.matchAll(/import \{([^}]*)\} from "\.\.\/src/g)];
  const contracts = imports.flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  const expected = /\b(?:expectRevert|refuse)\([^;]*;\s*(?:vm\.\w+\([^;]*;\s*)*(?:[\w ]+ = )?new (\w+)\b/g;
  return [...source.matchAll(expected)]
    .map(([, name = '']) => name)
    .filter((name) => contracts.includes(name));
}

describe('refused deployments in forge tests', () => {
  it('go through refusesToDeploy', () => {
    const files = globSync('*.sol', { cwd: folder });
    const found = files.flatMap((file) => {
      return endedBy(readFileSync(join(folder, file), 'utf8')).map((name) => `${file}: new ${name}`);
    });
    expect(found).to.deep.equal([]);
  });

  it('would be found where they do not', () => {
    const source = (line: string) =>
      `import {A} from "../src/A.sol";\nvm.expectRevert(abi.encode(1));\n${line}`;
    expect(endedBy(source('new A(1);'))).to.deep.equal(['A']);
    expect(endedBy(source('vm.prank(x);\n  A a = new A(1);'))).to.deep.equal(['A']);
    expect(endedBy(source('a.f(); new A(1);'))).to.deep.equal([]);
    expect(endedBy(source('new B(1);'))).to.deep.equal([]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { GENERATED_FOLDER, generateModules } from '../solc/generate.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Bytes of creation code that a transaction may carry; the compiler checks what it leaves behind. */
const EIP_3860_LIMIT = 49_152;

describe('generated ABI and bytecode', function () {
  this.timeout(120_000);

  it('is what the compiler makes of contracts/src', () => {
    const modules = generateModules(root);
    const folder = join(root, GENERATED_FOLDER);
    expect(readdirSync(folder).toSorted()).to.deep.equal([...modules.keys()].toSorted());
    for (const [file, text] of modules) {
      const committed = readFileSync(join(folder, file), 'utf8');
      expect(committed === text, `${file} is stale: npm run contracts`).to.equal(true);
      if (file === 'storage-layouts.ts') continue;
      const bytes = (/'0x([0-9a-f]+)'/.exec(text)?.[1]?.length ?? 0) / 2;
      expect(bytes, `${file}: bytes of creation code`).to.be.within(500, EIP_3860_LIMIT);
    }
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readArtifacts } from '../solc/artifacts.ts';
import { refuseWarnings } from '../solc/compiler.ts';
import { CONTRACTS, GENERATED_FOLDER, modulesOf } from '../solc/generate.ts';
import { runForge } from './run-forge.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const WITHOUT_CODE = ['contract-errors.ts', 'storage-layouts.ts'];
/** Bytes of creation code that a transaction may carry; the compiler checks what it leaves behind. */
const EIP_3860_LIMIT = 49_152;

describe('generated ABI and bytecode', function () {
  this.timeout(300_000);

  before(() => runForge('build'));

  it('is what the compiler makes of contracts/src', () => {
    const modules = modulesOf(readArtifacts(root, CONTRACTS));
    const folder = join(root, GENERATED_FOLDER);
    expect(readdirSync(folder).toSorted()).to.deep.equal([...modules.keys()].toSorted());
    for (const [file, text] of modules) {
      const committed = readFileSync(join(folder, file), 'utf8');
      expect(committed === text, `${file} is stale: npm run contracts`).to.equal(true);
      if (WITHOUT_CODE.includes(file)) continue;
      const bytes = (/'0x([0-9a-f]+)'/.exec(text)?.[1]?.length ?? 0) / 2;
      expect(bytes, `${file}: bytes of creation code`).to.be.within(500, EIP_3860_LIMIT);
    }
  });

  it('comes from sources without a warning', () => {
    const told = (severity: string, file: string) => ({
      severity,
      formattedMessage: 'unused',
      sourceLocation: { file },
    });
    const files = ['contracts/src/A.sol', 'contracts/test/A.t.sol', '@openzeppelin/contracts/A.sol'];
    const answer = JSON.stringify({ errors: files.map((file) => told('warning', file)), contracts: {} });
    expect(JSON.parse(refuseWarnings(answer))).to.deep.equal({
      errors: files.map((file, i) => told(i === 0 ? 'error' : 'warning', file)),
      contracts: {},
    });
    expect(refuseWarnings('{"contracts":{}}')).to.equal('{"contracts":{}}');
  });
});

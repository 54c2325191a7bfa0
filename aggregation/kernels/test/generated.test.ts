import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { compileKernels, KERNEL_MODULES } from '../../../scripts/kernels/compile.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

describe('generated kernels', () => {
  for (const module of KERNEL_MODULES) {
    it(`${module.generated} is what ${module.source} compiles to`, async () => {
      const committed = readFileSync(join(ROOT, module.generated), 'utf8');
      expect(committed).to.equal(await compileKernels(ROOT, module));
    });
  }

  it('an error of the compiler is thrown with its words', async () => {
    const broken = { source: 'aggregation/kernels/simd.ts', generated: '', name: 'broken' };
    const error = await compileKernels(ROOT, broken).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('ERROR');
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { forecastPeg } from '../../models/index.ts';
import { honest, type Served, serve } from './node-stub.ts';
import { CONTRACTS, model, type Published, publish, weightsOf } from './published.ts';

const ROOT = new URL('../../../', import.meta.url);
const PAGES = ['README.md', 'docs/consuming.md'];
const MOST_LINES = 10;

/** The first page with a marked block shows it; a page without one sends readers to the other. */
function exampleCode(): { readonly page: string; readonly code: string } {
  for (const page of PAGES) {
    const text = readFileSync(new URL(page, ROOT), 'utf8');
    const code = /<!-- client -->\n```js\n(.*?)```\n/s.exec(text)?.[1];
    if (code !== undefined) return { page, code };
  }
  throw new Error(`no block marked <!-- client --> in ${PAGES.join(' or ')}`);
}

/** Lets the sources stand for the package that an installed Ballast would be. */
const RESOLVE = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'ballast/client' ? next(process.env.CLIENT_SOURCE, context) : next(specifier, context),
});`;

describe('what the documentation shows of the client', function () {
  this.timeout(30_000);

  let published: Published;
  let served: Served;
  let folder: string;
  before(async () => {
    published = await publish(2);
    served = await serve(honest(published), published.chain);
    folder = mkdtempSync(join(tmpdir(), 'ballast-consuming-'));
  });
  after(async () => {
    await served?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs as written, in ten lines', async () => {
    const { page, code } = exampleCode();
    expect(code.trim().split('\n').length, page).to.be.at.most(MOST_LINES);
    writeFileSync(join(folder, 'example.mjs'), code);
    writeFileSync(join(folder, 'resolve.mjs'), RESOLVE);
    const args = [
      '--import',
      './resolve.mjs',
      'example.mjs',
      served.url,
      `${served.url}/rpc`,
      CONTRACTS.modelRegistry,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, CLIENT_SOURCE: new URL('node/client/index.ts', ROOT).href },
    });

    const deviation = Float64Array.from({ length: 1440 }, (_, hour) => 3 * Math.sin(hour / 24));
    const { horizons } = forecastPeg(model, weightsOf(2), { startHour: 480_000, deviation });
    const digest = published.chain.versions[2] ?? '';
    expect(stdout.trimEnd().split('\n')).to.deep.equal([
      `version 2 ${digest.slice(0, 8)}: ${model.size} weights, fee 5.00 %`,
      ...horizons.map(
        ({ horizonHours, quantiles }) =>
          `peg in ${horizonHours} h: ${quantiles.map((bp) => bp.toFixed(1)).join(' / ')} bp`,
      ),
    ]);
  });
});

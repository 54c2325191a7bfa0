import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { custom } from 'viem';
import { serve as serveApi, stopAll } from '../../api/test/support.ts';
import { createBallastClient } from '../index.ts';
import { sourceOf } from './api-source.ts';
import { type Bundle, bundleForBrowser } from './bundle.ts';
import { answerRpc } from './chain-stub.ts';
import { type Answer, fetchFrom, honest, type Served, serve } from './node-stub.ts';
import { CONTRACTS, type Published, publish } from './published.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  return folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find(existsSync);
}

const WINDOW = {
  startHour: 480_000,
  deviation: Array.from({ length: 1440 }, (_, hour) => ((hour * 37) % 101) / 10 - 5),
};
const CLOSE = Array.from({ length: 800 }, (_, hour) => 100 + ((hour * 53) % 97) / 10);

/** What both worlds run: what is checked against the chain, what is computed, and how a forged digest is refused. */
const USE = `
  const client = createBallastClient(options);
  const peg = await client.forecastPeg({ ...window_, deviation: Float64Array.from(window_.deviation) });
  const market = { startHour: window_.startHour, close: Float64Array.from(close), volume: null };
  const risk = await client.assessRisk({ market, reference: market });
  const { weights, modelDigest, servedBy, contributors, privacy } = await client.getVersion('latest');
  const forged = await client.getWeights('f'.repeat(64)).then(() => 'taken', (error) => error.code);
  const fee = String((await client.getParameter('STABILITY_FEE')).value);
  return {
    exact: { modelDigest, contributors, privacy, forged, fee, weights: [...weights], served: servedBy !== undefined },
    forecasts: [peg.deviation, ...peg.horizons.flatMap(({ scale, quantiles }) => [scale, ...quantiles]),
      risk.drawdown.probability, risk.drawdown.score, risk.volatility.forecast, risk.volatility.score],
  };`;

type Result = { readonly exact: Record<string, unknown>; readonly forecasts: readonly number[] };

/**
 * How far forecasts may lie apart, relative: the language leaves the last bits of exp, log and asinh to the engine,
 * and newer engines than that of Node.js give others. What the chain anchors is the same to the bit.
 */
const TOLERANCE = 1e-13;

type Use = (
  createBallastClient: unknown,
  options: unknown,
  window_: typeof WINDOW,
  close: typeof CLOSE,
) => Promise<Result>;

describe('client in a browser', function () {
  this.timeout(60_000);

  let published: Published;
  let bundle: Bundle;
  before(async () => {
    published = await publish(2);
    bundle = await bundleForBrowser(`
      import { createBallastClient } from './index.ts';
      const { node, window_, close } = await (await fetch('/input')).json();
      const options = { nodes: [node], rpcUrl: location.origin + '/rpc', chainId: 31337,
        modelRegistry: '${CONTRACTS.modelRegistry}' };
      const use = async () => { ${USE} };
      const result = await use().catch((error) => ({ error: String(error.stack ?? error) }));
      await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
    `);
  });

  it('is bundled with nothing of Node.js, libp2p or the chain on this machine', () => {
    for (const code of bundle.files.values()) expect(code).not.to.match(/["'`]node:(?!crypto["'`]\))/);
    const unwanted = bundle.inputs.filter((path) =>
      /libp2p|level|fastify|tensorflow|ed25519\.ts|anvil\.ts|node\/(?:network|runtime|store|api|data)\//.test(
        path,
      ),
    );
    expect(unwanted).to.deep.equal([]);
  });

  it('fits into 180 kB compressed', function () {
    const loaded = bundle.initial.map((name) => bundle.files.get(name) ?? '');
    const bytes = loaded.reduce((sum, code) => sum + code.length, 0);
    const compressed = loaded.reduce((sum, code) => sum + gzipSync(code).length, 0);
    if (this.test !== undefined)
      this.test.title += ` (${Math.round(bytes / 1000)} kB, ${Math.round(compressed / 1000)} kB compressed)`;
    expect(compressed).to.be.below(180_000);
  });

  it('is written without what Node.js alone defines', () => {
    const own = bundle.inputs.filter((path) => path.endsWith('.ts') && !path.includes('node_modules'));
    expect(own).to.have.length.above(30);
    const root = new URL('../../../', import.meta.url);
    const offending = own.filter((path) =>
      /(?<![\w.'`])(?:Buffer|setImmediate|__dirname)\b(?!')/.test(
        uncommented(readFileSync(new URL(path, root), 'utf8')),
      ),
    );
    expect(offending).to.deep.equal([]);
  });

  it('finds an import of Node.js where there is one', async () => {
    const error = await bundleForBrowser(
      "import { startAnvil } from '../../contracts/client/anvil.ts'; startAnvil();",
    ).then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    expect(error).to.include('node:child_process');
  });

  it('verifies the same bits in Chromium as in Node.js, and forecasts the same', async function () {
    const browser = findBrowser();
    if (browser === undefined) {
      console.log('      no Chromium on PATH: the bundle was not run in a browser');
      return this.skip();
    }
    const page = {
      type: 'text/html',
      body: '<!doctype html><script type="module" src="/client.js"></script>',
    };
    const scripts = [...bundle.files].map(([name, body]) => [`/${name}`, { type: 'text/javascript', body }]);
    const pages: Record<string, Answer> = { '/': page, ...Object.fromEntries(scripts) };
    const served = await serve(() => undefined, published.chain, pages);
    // The node is of another origin than the page, as it is for everybody.
    const api = await serveApi({ source: sourceOf(published), config: { cors: [served.url] } });
    const input = { node: api.url, window_: WINDOW, close: CLOSE };
    pages['/input'] = { type: 'application/json', body: JSON.stringify(input) };
    try {
      const result = JSON.parse(await resultFrom(browser, served)) as Result;
      const expected = await inNode();
      expect(result.exact).to.deep.equal(expected.exact);
      const apart = expected.forecasts.map((value, i) =>
        Math.abs((result.forecasts[i] ?? Number.NaN) / value - 1),
      );
      expect(Math.max(...apart)).to.be.below(TOLERANCE);
      if (this.test !== undefined)
        this.test.title += ` (forecasts within ${Math.max(...apart).toExponential(0)})`;
    } finally {
      await stopAll();
      await served.stop();
    }
  });

  async function inNode(): Promise<Result> {
    const AsyncFunction = (async () => undefined).constructor as new (...source: string[]) => Use;
    const use = new AsyncFunction('createBallastClient', 'options', 'window_', 'close', USE);
    const options = {
      nodes: ['http://honest'],
      transport: custom({ request: async (request) => answerRpc(published.chain, request) }),
      chainId: 31_337,
      modelRegistry: CONTRACTS.modelRegistry,
      fetch: fetchFrom({ honest: honest(published) }).fetch,
    };
    const result = await use(createBallastClient, options, WINDOW, CLOSE);
    expect(result.exact).to.deep.include({
      forged: 'NO_NODE_SERVED',
      fee: '50000000000000000',
      served: true,
    });
    expect(new Set(result.forecasts).size, 'forecasts that tell nothing').to.equal(result.forecasts.length);
    return result;
  }
});

const uncommented = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** What the page posted, or what the browser said when it ended without. */
async function resultFrom(browser: string, served: Served): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'ballast-browser-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(browser, [...flags, '--disable-dev-shm-usage', served.url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const ended = gone.then(() => Promise.reject(new Error(`the browser ended: ${complaint}`)));
    return await Promise.race([served.result, ended]);
  } finally {
    // It has children of its own, which would hold the profile.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { bundleDashboard, DASHBOARD_SCRIPT } from '../../../scripts/dashboard/bundle.ts';
import { errorOf, serve, stopAll } from '../../api/test/support.ts';
import { dashboardFiles } from '../index.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  return folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find(existsSync);
}

describe('dashboard: page', function () {
  this.timeout(30_000);
  afterEach(stopAll);

  it('has the script that its sources make', async () => {
    expect(readFileSync(DASHBOARD_SCRIPT, 'utf8'), 'run npm run dashboard').to.equal(await bundleDashboard());
  });

  it('is served whole, by itself, without a token and with a policy that lets nothing else in', async () => {
    const files = await dashboardFiles();
    const { get } = await serve({ pages: dashboardFiles });
    for (const { path, type, body } of files) {
      const answer = await get(path);
      expect(answer.headers.get('content-type')).to.equal(`${type}; charset=utf-8`);
      expect(answer.headers.get('content-security-policy')).to.match(
        /^default-src 'none'; script-src 'self';/,
      );
      expect(answer.headers.get('content-security-policy')).not.to.include('unsafe');
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).to.equal(true);
      const etag = answer.headers.get('etag') ?? '';
      expect((await get(path, { headers: { 'if-none-match': etag } })).status).to.equal(304);
    }
    const page = files[0]?.body.toString() ?? '';
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(loaded).to.have.members(files.slice(1).map(({ path }) => path));
    expect(page).not.to.match(/<style|style=|<script(?! type="module" src=)|\son\w+=/);
    expect((await errorOf(await get('/dashboard/other'))).code).to.equal('ROUTE_UNKNOWN');
  });

  it('shows in Chromium what the node has spent', async function () {
    const browser = findBrowser();
    if (browser === undefined) {
      if (this.test !== undefined) this.test.title += ' (skipped: there is no Chromium here)';
      return this.skip();
    }
    // Without a place for its event stream the page is done when it has asked once.
    const { url } = await serve({ pages: dashboardFiles, limits: { subscribers: 0 } });
    const folder = mkdtempSync(join(tmpdir(), 'ballast-dashboard-'));
    try {
      const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}`];
      const { stdout } = await promisify(execFile)(
        browser,
        [...flags, '--virtual-time-budget=1500', '--dump-dom', `${url}/dashboard`],
        { timeout: 20_000 },
      );
      expect(stdout).to.include('the budget bears 46 more rounds at the present noise');
      expect(stdout).to.match(/<polyline class="projected" points=/);
      expect(stdout).to.include('takes part: takes part in round 31');
      expect(stdout).to.include('halted: writes that raise risk, the parameter STABILITY_FEE');
      expect(stdout).to.match(/<svg class="budget-bar"/);
      expect(stdout).to.match(/<p id="lost"[^>]* hidden/);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

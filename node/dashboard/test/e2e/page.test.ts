import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeDashboard } from '../../../../scripts/dashboard/bundle.ts';
import { EventFeed } from '../../../api/index.ts';
import { type Served, serve, stopAll } from '../../../api/test/support.ts';
import { dashboardFiles } from '../../index.ts';
import { VIEWS } from '../../page/resources.ts';
import { Chromium, findBrowser, type Page } from '../chromium.ts';
import { NODES_50, recordedNode } from '../recorded.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LIMITS = { updateMs: 150, heapBytes: 150e6, firstPaintMs: 1_000, transferBytes: 300_000 };

describe('dashboard: in Chromium, at 50 nodes and 1,000 rounds', function () {
  this.timeout(60_000);
  const path = findBrowser();
  let browser: Chromium;
  let served: Served;
  const node = recordedNode({ rounds: 1_000 });

  before(async function () {
    if (path === undefined) {
      if (this.currentTest !== undefined) this.currentTest.title += ' (skipped: there is no Chromium here)';
      return this.skip();
    }
    await writeDashboard();
    served = await serve({
      pages: () => dashboardFiles(),
      source: node.source,
      feed: new EventFeed({ capacity: 100, run: 'ab' }),
    });
    browser = await Chromium.start(path);
  });
  after(async () => {
    await browser?.stop();
    await stopAll();
  });

  const openView = async (view: string, form: Parameters<Chromium['open']>[1] = {}): Promise<Page> => {
    const page = await browser.open(`${served.url}/dashboard#${view}`, form);
    await page.until(
      "document.querySelector('main .card') !== null && !document.querySelector('main').innerText.includes('asking the node')",
    );
    return page;
  };
  const turnTo = async (page: Page, view: string, title: string): Promise<void> => {
    await page.evaluate(`location.hash = '${view}'`);
    await page.until(
      `document.querySelector('nav [aria-current]').textContent === '${title}' && document.querySelector('main .card') !== null && !document.querySelector('main').innerText.includes('asking the node')`,
    );
  };

  it('paints in time, takes few bytes, asks nobody else, and keeps to its policy', async () => {
    const page = await openView('round');
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    expect(paint).to.be.below(LIMITS.firstPaintMs);
    const requests = page.heard<{ readonly request: { readonly url: string } }>('Network.requestWillBeSent');
    for (const { request } of requests) expect(request.url).to.match(new RegExp(`^${served.url}/`));
    const sizes = await page.evaluate<number[]>(
      "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter(({ name }) => name.includes('/dashboard')).map(({ encodedBodySize }) => encodedBodySize)",
    );
    expect(sizes).to.have.length(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(10_000, LIMITS.transferBytes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const answers = await page.evaluate<number>(
      "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/v1/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
    );
    tell(
      `first paint after ${paint.toFixed(0)} ms; page ${kilobytes(bytes)}, first answers ${kilobytes(answers)}`,
    );
    expect(await page.evaluate('document.title')).to.equal('Ballast node');
    await page.close();
  });

  it('stays below its bounds for an update and for memory when all rounds are loaded and every view was open', async () => {
    const page = await openView('round');
    await page.until("document.querySelector('main').innerText.includes('of 980')");
    for (const { id, title } of VIEWS) await turnTo(page, id, title);
    await turnTo(page, 'round', 'Round');
    await page.until("document.querySelector('#live').textContent === 'live'");
    await page.evaluate(
      "window.longest = 0; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration); }).observe({ type: 'longtask' })",
    );
    const before = await page.metric('TaskDuration');
    const updates = 5;
    const waits: number[] = [];
    for (let i = 0; i < updates; i++) {
      const round = node.decide();
      served.feed.append({ event: 'decided', round, outcome: 'accepted', reason: '' });
      const told = performance.now();
      await page.until(
        `document.querySelector('main tbody button')?.textContent === '${round}' || [...document.querySelectorAll('button.link')].some(({ textContent }) => textContent === '${round}')`,
      );
      waits.push(performance.now() - told);
    }
    const busyMs = (1_000 * ((await page.metric('TaskDuration')) - before)) / updates;
    expect(busyMs, 'main thread, ms for an update').to.be.below(LIMITS.updateMs);
    const longest = await page.evaluate<number>('window.longest');
    expect(longest, 'longest task, ms').to.be.below(LIMITS.updateMs);
    await page.send('HeapProfiler.collectGarbage');
    const heap = await page.metric('JSHeapUsedSize');
    tell(
      `an update keeps the page busy for ${busyMs.toFixed(0)} ms (longest task ${longest.toFixed(0)} ms; 0: none of 50) and is seen after ${(waits.toSorted((a, b) => a - b)[2] ?? 0).toFixed(0)} ms; heap ${(heap / 1e6).toFixed(1)} MB`,
    );
    expect(heap).to.be.within(1e6, LIMITS.heapBytes);
    await page.close();
  });

  it('has no fault that axe knows of, light and dark, and fits a phone, on every view', async () => {
    const forms = [
      { dark: false, options: "{ resultTypes: ['violations'] }" },
      // Names and roles are the same in the dark: colours and sizes are not.
      {
        dark: true,
        width: 390,
        height: 844,
        options: "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'target-size'] }",
      },
    ];
    for (const { options, ...form } of forms) {
      const page = await openView('round', form);
      await page.evaluate(`${AXE}; undefined`);
      for (const { id, title } of VIEWS) {
        await turnTo(page, id, title);
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
        const faults = await page.evaluate<string[]>(
          `axe.run(document, ${options}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`,
        );
        expect(faults, id).to.deep.equal([]);
        const overflow = await page.evaluate<number>(
          `document.documentElement.scrollWidth - ${form.width ?? 1280}`,
        );
        expect(overflow, `${id} is wider than the screen`).to.be.at.most(0);
      }
      const wrong = page.heard<{ readonly entry: { readonly level: string; readonly text: string } }>(
        'Log.entryAdded',
      );
      expect(wrong.map(({ entry }) => entry.text)).to.deep.equal([]);
      expect(page.heard('Runtime.exceptionThrown')).to.deep.equal([]);
      await page.close();
    }
  });

  it('is read by the keyboard alone, and what it was told stays after a reload', async () => {
    const page = await openView('round');
    const press = async (key: string, code: number) => {
      for (const type of ['keyDown', 'keyUp'])
        await page.send('Input.dispatchKeyEvent', {
          type,
          key,
          code: key,
          windowsVirtualKeyCode: code,
          ...(key === 'Enter' && type === 'keyDown' ? { text: '\r' } : {}),
        });
    };
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    await page.evaluate("document.querySelector('h1').focus()");
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      await press('Tab', 9);
      seen.push(await focused());
    }
    expect(seen).to.deep.equal(['skip to the view', 'colours: auto', 'Round', 'Peers', 'Model']);
    await press('Enter', 13);
    await page.until(
      "document.querySelector('nav [aria-current]').textContent === 'Model' && document.activeElement.id === 'view'",
    );
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.evaluate("document.querySelector('#theme').click(), document.querySelector('#theme').click()");
    expect(await page.evaluate('document.documentElement.dataset.theme')).to.equal('dark');
    expect(await ground()).not.to.equal(light);
    await page.send('Page.reload');
    await page.until(
      "document.documentElement?.dataset.theme === 'dark' && document.querySelector('nav [aria-current]')?.textContent === 'Model'",
    );
    await page.evaluate('localStorage.clear()');
    await page.close();
  });

  it('opens a round, shows more rows, and tells what is refused as it happens, with text of peers as text', async () => {
    const page = await openView('round');
    await page.evaluate('document.querySelector(\'[aria-label="open round 999"]\').click()');
    await page.until("document.querySelector('main').innerText.includes('BODY_NOT_SERVED')");
    await page.evaluate("[...document.querySelectorAll('.more')].at(-1).click()");
    await page.until('document.querySelectorAll(\'[aria-label^="open round"]\').length === 40');
    await turnTo(page, 'node', 'This node');
    await page.until(
      "document.querySelector('main').innerText.includes('of the last 20 rounds') || document.querySelector('main').innerText.includes('Every update')",
    );
    await page.until("document.querySelector('#live').textContent === 'live'");
    served.feed.append({ event: 'refused', code: 'UPDATE_NORM', sender: `${NODES_50[4]}<img src=x>` });
    await page.until("document.querySelector('main').innerText.includes('UPDATE_NORM')");
    for (const { id, title } of VIEWS) {
      await turnTo(page, id, title);
      expect(
        await page.evaluate("[document.querySelectorAll('main img, main script').length, document.title]"),
      ).to.deep.equal([0, 'Ballast node']);
    }
    expect(await page.evaluate("document.querySelector('main').innerText")).to.be.a('string');
    const blocked = await page.evaluate<string>(
      "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (error) { return error.name; } })()",
    );
    expect(blocked).to.equal('TypeError');
    await page.close();
  });

  it('asks for a token where the node wants one, and then follows its events too', async () => {
    const { token, config, folder } = tokenFile();
    const guarded = await serve({ pages: () => dashboardFiles(), source: node.source, config });
    const page = await browser.open(`${guarded.url}/dashboard#peers`);
    await page.until("!document.querySelector('#token').hidden");
    await page.evaluate(
      `document.querySelector('#token-text').value = '${token}'; document.querySelector('#token').requestSubmit()`,
    );
    await page.until(
      "document.querySelector('#token').hidden && document.querySelectorAll('tbody tr').length === 20 && document.querySelector('#live').textContent === 'live'",
    );
    await page.close();
    rmSync(folder, { recursive: true });
  });
});

/** Figures for the page of documents that states them. */
const tell = (words: string): void => console.log(`      ${words}`);
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`;

/** A token, and the configuration that asks for it. */
function tokenFile() {
  const token = 'f00d'.repeat(16);
  const folder = mkdtempSync(join(tmpdir(), 'ballast-token-'));
  const file = join(folder, 'tokens');
  writeFileSync(file, `${createHash('sha256').update(token).digest('hex')}\n`, { mode: 0o600 });
  return { token, config: { tokens: file }, folder };
}

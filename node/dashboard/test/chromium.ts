import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MS = 20_000;
const CALL_MS = 20_000;

/** Where a Chromium is on this machine; undefined where there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  return folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find(existsSync);
}

type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
};

/** A Chromium of its own, driven by the DevTools protocol, with one page at a time. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #heard: Message[] = [];
  #next = 1;

  private constructor(process: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = process;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data)) as Message));
  }

  static async start(path: string): Promise<Chromium> {
    const folder = mkdtempSync(join(tmpdir(), 'ballast-chromium-'));
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--no-first-run',
      '--disable-extensions',
      '--disable-background-networking',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
    ];
    const browser = spawn(path, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const url = await devtoolsUrl(browser);
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Chromium(browser, folder, socket);
  }

  /** A new page at a size, light or dark. */
  async open(url: string, { width = 1280, height = 900, dark = false } = {}): Promise<Page> {
    const { targetId } = (await this.send('Target.createTarget', { url: 'about:blank' })) as {
      targetId: string;
    };
    const { sessionId } = (await this.send('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    };
    const page = new Page(this, sessionId, targetId);
    for (const domain of ['Page', 'Runtime', 'Network', 'Performance', 'Log'])
      await page.send(`${domain}.enable`);
    await page.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
    await page.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await page.send('Page.navigate', { url });
    return page;
  }

  /** Everything of a kind that a page has told so far. */
  heard<Params>(method: string, sessionId: string): readonly Params[] {
    return this.#heard
      .filter((message) => message.method === method && message.sessionId === sessionId)
      .map(({ params }) => params as Params);
  }

  async send(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => reject(new Error(`${method}: no answer in ${CALL_MS} ms`)), CALL_MS);
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
    );
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(id);
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#socket.close();
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #take(message: Message): void {
    if (message.id === undefined) {
      this.#heard.push(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Error(message.error.message));
  }
}

/** One page of a {@link Chromium}. */
export class Page {
  readonly #browser: Chromium;
  readonly #session: string;
  readonly #target: string;

  constructor(browser: Chromium, session: string, target: string) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    return this.#browser.send(method, params, this.#session);
  }

  heard<Params>(method: string): readonly Params[] {
    return this.#browser.heard<Params>(method, this.#session);
  }

  /** The value of an expression in the page; a promise is awaited. @throws Error with what it threw. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as {
      result: { value: Value };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Resolves when an expression is true in the page; while the page is another or has no such thing, it is not. */
  async until(expression: string, timeoutMs = 10_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    let last = '';
    while (performance.now() < end) {
      try {
        if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
        last = await this.evaluate<string>('document.body.innerText.slice(0, 1500)');
      } catch (error) {
        last = String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`page: not in ${timeoutMs} ms: ${expression}; there is: ${last}`);
  }

  /** A figure of the DevTools protocol, such as `TaskDuration` (s) or `JSHeapUsedSize` (bytes). */
  async metric(name: string): Promise<number> {
    const { metrics } = (await this.send('Performance.getMetrics')) as {
      metrics: { name: string; value: number }[];
    };
    return metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  }

  /** A PNG of the whole page. */
  async screenshot(): Promise<Buffer> {
    const { data } = (await this.send('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: true,
    })) as { data: string };
    return Buffer.from(data, 'base64');
  }

  close(): Promise<unknown> {
    return this.#browser.send('Target.closeTarget', { targetId: this.#target });
  }
}

async function devtoolsUrl(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new Error('chromium: no output');
  const lines = createInterface({ input: browser.stderr });
  const timer = setTimeout(() => browser.kill('SIGKILL'), START_MS);
  try {
    for await (const line of lines) {
      const [, url] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error('chromium: it ended before it listened');
  } finally {
    clearTimeout(timer);
    browser.stderr.resume();
  }
}

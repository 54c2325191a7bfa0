import { type Engine, run, succeed } from './engine.ts';
import { CONFINED } from './image.ts';
import { secondsUntil } from './waiting.ts';

/** A container that runs; its name is the engine's id or name for it. */
export class Container {
  readonly #engine: Engine;
  readonly #name: string;

  constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.#name = name;
  }

  /** Starts one that may do nothing but what `options` allow. */
  static async start(engine: Engine, name: string, ...options: readonly string[]): Promise<Container> {
    await succeed([...engine.command, 'run', '--detach', '--name', name, ...CONFINED, ...options]);
    return new Container(engine, name);
  }

  async shell(script: string): Promise<string> {
    return succeed([...this.#engine.command, 'exec', this.#name, 'sh', '-c', script]);
  }

  async logs(): Promise<string> {
    return succeed([...this.#engine.command, 'logs', this.#name]);
  }

  /** The seconds until the image's own health check says yes. */
  async secondsToHealthy(within: number): Promise<number> {
    const test = await this.#inspect<readonly string[]>('{{json .Config.Healthcheck.Test}}');
    if (test[0] !== 'CMD') throw new Error(`no health check: ${JSON.stringify(test)}`);
    const check = [...this.#engine.command, 'exec', this.#name, ...test.slice(1)];
    return secondsUntil('healthy', within, async () => (await run(check)).code === 0);
  }

  /** Stops it as its engine does by itself. */
  async stop(graceSeconds: number): Promise<{ readonly seconds: number; readonly code: number }> {
    const since = performance.now();
    await succeed([...this.#engine.command, 'stop', '--time', String(graceSeconds), this.#name]);
    return { seconds: (performance.now() - since) / 1_000, code: await this.exitCode() };
  }

  exitCode(): Promise<number> {
    return this.#inspect<number>('{{json .State.ExitCode}}');
  }

  async #inspect<T>(format: string): Promise<T> {
    return JSON.parse(
      await succeed([...this.#engine.command, 'inspect', '--format', format, this.#name]),
    ) as T;
  }
}

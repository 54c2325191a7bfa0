import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Container } from './container.ts';
import { type Engine, succeed } from './engine.ts';

const PROJECT = 'ballast-check';

export type ComposeOptions = {
  readonly engine: Engine;
  readonly checkout: string;
  /** The tag of the image `ballast`. */
  readonly tag: string;
  /** The node's folder. */
  readonly folder: string;
  /** In the place of the image that the file names. */
  readonly prometheusImage: string | undefined;
};

/** `deploy/compose.yaml` under a project's name of its own, without Grafana. */
export class Composed {
  readonly #options: ComposeOptions;

  constructor(options: ComposeOptions) {
    this.#options = options;
  }

  async up(): Promise<void> {
    await this.#compose('up', '--detach', '--no-build', 'node', 'prometheus');
  }

  async down(): Promise<void> {
    await this.#compose('down', '--volumes');
  }

  async node(): Promise<Container> {
    const { engine } = this.#options;
    const labels = [`project=${PROJECT}`, 'service=node'].flatMap((label) => [
      '--filter',
      `label=com.docker.compose.${label}`,
    ]);
    const id = await succeed([...engine.command, 'ps', '--all', '--quiet', ...labels]);
    // What podman-compose 1.0.3 does of a service on the host's network, with exit code 0.
    if (id === '')
      throw new Error(
        `${engine.compose?.join(' ')} began no container of the node: podman-compose is needed from 1.3 on`,
      );
    return new Container(engine, id);
  }

  async #compose(...args: readonly string[]): Promise<void> {
    const { engine, checkout, tag, folder, prometheusImage } = this.#options;
    if (engine.compose === undefined)
      throw new Error(`no compose for ${engine.name}: install docker-compose 2 or podman-compose 1.3`);
    const files = [join(checkout, 'deploy/compose.yaml')];
    if (prometheusImage !== undefined) {
      const file = join(checkout, 'deploy/prometheus-image.yaml');
      await writeFile(file, stringify({ services: { prometheus: { image: prometheusImage } } }));
      files.push(file);
    }
    const environment = { BALLAST_TAG: tag, BALLAST_FOLDER: folder, GRAFANA_PASSWORD: 'unused' };
    const named = files.flatMap((file) => ['-f', file]);
    await succeed([...engine.compose, '-p', PROJECT, ...named, ...args], environment);
  }
}

import { join } from 'node:path';
import { STOP_BUDGET_MS } from '../../node/runtime/shutdown.ts';
import { Composed } from './composed.ts';
import { Container } from './container.ts';
import { type Engine, run, succeed } from './engine.ts';
import { buildImage, inspectImage, leaks, refusal } from './image.ts';
import { hasHeardContradiction, isOk, lastRound } from './node-api.ts';
import { askPanels, evaluatedRules, isScraping } from './prometheus.ts';
import { secondsUntil } from './waiting.ts';

export type CheckOptions = {
  readonly engine: Engine;
  readonly checkout: string;
  /** A folder that anybody may write into. */
  readonly rehearsal: string;
  /** One that is there, and need not be built. */
  readonly image: string | undefined;
  readonly nodeImage: string | undefined;
  readonly prometheusImage: string | undefined;
  readonly npmrc: string | undefined;
  readonly network: string | undefined;
  readonly print: (line: string) => void;
};

const TAG = 'check';
const IMAGE = `ballast:${TAG}`;
const CONTEXT = 'ballast-context:check';
const VOLUME = 'ballast-check-keys';
const NODE = 'ballast-check-node';
const REHEARSAL = 'ballast-check-rehearsal';
const FOLDER = '/var/lib/ballast';
const API = 'http://127.0.0.1:9470';
/** The nodes of the rehearsal. */
const PEER = 'http://127.0.0.1:9471';
const PEERS = [PEER, 'http://127.0.0.1:9472', 'http://127.0.0.1:9473'] as const;
/** As compose.yaml has it. */
const GRACE_SECONDS = 15;
const ENVIRONMENT = {
  network: `BALLAST_NETWORK=${FOLDER}/network.json`,
  passphrase: `BALLAST_PASSPHRASE_FILE=${FOLDER}/passphrase`,
};
const WITHOUT_RIGHTS = /^Uid:\s+1000.*^CapEff:\s+0+$.*^NoNewPrivs:\s+1$/ms;

/** What is wrong with an image or a container, in words. */
const need = (isSo: boolean, otherwise: string): void => {
  if (!isSo) throw new Error(otherwise);
};
const s = (seconds: number) => `${seconds.toFixed(1)} s`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The checks, each on what the ones before it have left. */
export class Checks {
  passed = 0;
  failed = 0;
  readonly #options: CheckOptions;
  readonly #composed: Composed;

  constructor(options: CheckOptions) {
    this.#options = options;
    const { engine, checkout, prometheusImage } = options;
    this.#composed = new Composed({ engine, checkout, tag: TAG, folder: this.#node, prometheusImage });
  }

  async run(): Promise<void> {
    await this.#removeContainers();
    if (!(await this.#check('image', () => this.#build()))) return;
    await this.#check('context', () => this.#context());
    await this.#check('image settings', () => this.#settings());
    await this.#check('keys', () => this.#keys());
    await this.#check('no configuration', () => refusal(this.#options.engine, IMAGE));
    if (!(await this.#check('rehearsal', () => this.#rehearse()))) return;
    await this.#check('wrong configuration', () =>
      refusal(this.#options.engine, IMAGE, ...this.#nodeOptions, '-e', 'BALLAST_API_PORT=many'),
    );
    await this.#check('node', () => this.#runNode());
    await this.#check('second container', () => this.#second());
    await this.#check('stop', () => this.#stop(new Container(this.#options.engine, NODE)));
    if (await this.#check('compose', () => this.#compose())) {
      await this.#check('Prometheus', () => this.#prometheus());
      await this.#check('kill -9', () => this.#kill());
      await this.#check('panels', () => this.#panels());
      await this.#check('compose stop', async () => this.#stop(await this.#composed.node()));
    }
  }

  async close(): Promise<void> {
    const { engine, rehearsal } = this.#options;
    await this.#removeContainers();
    // What the container's user made, only it or root may remove.
    const emptied = [
      'run',
      '--rm',
      '--network',
      'none',
      '--user',
      '0',
      '-v',
      `${rehearsal}:/r`,
      '--entrypoint',
      'sh',
      IMAGE,
    ];
    await run([...engine.command, ...emptied, '-c', 'rm -rf /r/*']);
    await run([...engine.command, 'image', 'rm', '--force', IMAGE, CONTEXT]);
  }

  /** Also those of a run that was cut short. */
  async #removeContainers(): Promise<void> {
    const { engine } = this.#options;
    await this.#composed.down().catch(() => undefined);
    for (const name of [NODE, REHEARSAL]) await run([...engine.command, 'rm', '--force', '--volumes', name]);
    await run([...engine.command, 'volume', 'rm', '--force', VOLUME]);
  }

  async #check(name: string, check: () => Promise<string>): Promise<boolean> {
    try {
      this.#options.print(`ok     ${name}: ${await check()}`);
      this.passed += 1;
      return true;
    } catch (error) {
      this.#options.print(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
      this.failed += 1;
      return false;
    }
  }

  get #node(): string {
    return join(this.#options.rehearsal, 'node-1');
  }

  get #nodeOptions(): readonly string[] {
    const { network, passphrase } = ENVIRONMENT;
    return ['-v', `${this.#node}:${FOLDER}`, '-e', network, '-e', passphrase];
  }

  async #build(): Promise<string> {
    const { engine, image } = this.#options;
    let how = `${image} as it is`;
    if (image === undefined) how = `built in ${s(await buildImage({ ...this.#options, tag: IMAGE }))}`;
    else await succeed([...engine.command, 'tag', image, IMAGE]);
    const { Size: size, RootFS } = await inspectImage(engine, IMAGE);
    return `${how}, ${mb(size)} in ${RootFS.Layers.length} layers`;
  }

  async #context(): Promise<string> {
    const found = await leaks({ ...this.#options, tag: CONTEXT }, IMAGE);
    need(found.length === 0, `in the image or its context: ${found.join(' ')}`);
    return 'no git, packages, keys or data of the checkout, and no settings of npm';
  }

  async #settings(): Promise<string> {
    const { Config, Healthcheck = Config.Healthcheck } = await inspectImage(this.#options.engine, IMAGE);
    need(Config.User === 'node', `user ${Config.User}`);
    need(Config.StopSignal === 'SIGINT' || Config.StopSignal === '2', `stop signal ${Config.StopSignal}`);
    need(Healthcheck?.Test[0] === 'CMD', 'no health check');
    return `user ${Config.User}, stopped by SIGINT, with a health check`;
  }

  /** Keys made in a volume by one container, seen by the next. */
  async #keys(): Promise<string> {
    const { engine } = this.#options;
    const shell = (script: string) => {
      const confined = ['--read-only', '--cap-drop', 'ALL', '--network', 'none', '-v', `${VOLUME}:${FOLDER}`];
      return succeed([
        ...engine.command,
        'run',
        '--rm',
        ...confined,
        '--entrypoint',
        'sh',
        IMAGE,
        '-c',
        script,
      ]);
    };
    await shell(
      'umask 077 && echo four words of nonsense > passphrase && node /app/bin/ballast.js init --venue 1 --passphrase-file passphrase',
    );
    const modes = await shell('stat -c "%a %u %n" . keystore.json config.json passphrase');
    const expected = [
      '700 1000 .',
      ...['keystore.json', 'config.json', 'passphrase'].map((f) => `600 1000 ${f}`),
    ];
    need(modes === expected.join('\n'), modes);
    return 'in a volume, of user 1000 and mode 0600, after the container is gone';
  }

  async #rehearse(): Promise<string> {
    const { engine, checkout, rehearsal } = this.#options;
    const script = join(checkout, 'scripts/containers/rehearsal.sh');
    const network = await Container.start(
      engine,
      REHEARSAL,
      ...['-v', `${rehearsal}:/rehearsal`, '-v', `${script}:/rehearsal.sh:ro`, '--init'],
      ...['--entrypoint', 'bash', IMAGE, '/rehearsal.sh'],
    );
    const began = async () => (await network.logs()).includes('the rehearsal runs');
    const seconds = await secondsUntil('keys, contracts and registrations', 180, began).catch(
      async (error) => {
        throw new Error(`${error.message}\n${(await network.logs()).slice(-2_000)}`);
      },
    );
    return `four nodes registered in ${s(seconds)}, three of them in one container`;
  }

  async #runNode(): Promise<string> {
    const { engine } = this.#options;
    const node = await Container.start(engine, NODE, ...this.#nodeOptions, IMAGE);
    const healthy = await node.secondsToHealthy(60);
    const status = await node.shell('cat /proc/1/status');
    need(WITHOUT_RIGHTS.test(status), `it runs with rights:\n${status}`);
    need(
      (await node.shell('touch /app/x 2>&1 || true')).includes('Read-only'),
      'it can write beside its folder',
    );
    const decided = await this.#secondsToRoundAfter(0);
    return `user 1000, no capability, read-only; healthy after ${s(healthy)}, a round ${s(decided)} later`;
  }

  /** One identity runs once, also where two containers share its folder. */
  async #second(): Promise<string> {
    const other = ['BALLAST_API_PORT=9499', 'BALLAST_LISTEN=/ip4/127.0.0.1/tcp/4099'].flatMap((v) => [
      '-e',
      v,
    ]);
    const { code, output } = await run([
      ...[
        ...this.#options.engine.command,
        'run',
        '--rm',
        '--network',
        'host',
        ...this.#nodeOptions,
        ...other,
      ],
      IMAGE,
    ]);
    need(code === 1 && output.includes('is in use by another'), `exit code ${code}\n${output}`);
    need(await isOk(`${API}/healthz`), 'the first one is gone');
    await succeed(['test', '-e', join(this.#node, 'data/LOCK')]);
    return 'a second one on the same folder is refused, and the first keeps its lock';
  }

  async #stop(container: Container): Promise<string> {
    const { seconds, code } = await container.stop(GRACE_SECONDS);
    need(code === 0, `exit code ${code}\n${await container.logs()}`);
    need(seconds < STOP_BUDGET_MS / 1_000 + 2, `took ${s(seconds)}`);
    return `exit code 0 after ${s(seconds)}`;
  }

  async #compose(): Promise<string> {
    await this.#composed.up();
    const node = await this.#composed.node();
    const healthy = await node.secondsToHealthy(60);
    const decided = await this.#secondsToRoundAfter(await lastRound(PEER));
    return `the node healthy after ${s(healthy)}, a round ${s(decided)} later`;
  }

  #secondsToRoundAfter(round: number): Promise<number> {
    return secondsUntil(`a round after ${round}`, 120, async () => (await lastRound(API)) > round);
  }

  async #prometheus(): Promise<string> {
    const seconds = await secondsUntil('the target up', 60, isScraping);
    await secondsUntil('every rule evaluated', 60, async () => (await evaluatedRules()).failing === 0);
    return `target up after ${s(seconds)}, all ${(await evaluatedRules()).all.length} rules evaluated`;
  }

  /** The node's own process, which its engine starts again. */
  async #kill(): Promise<string> {
    const node = await this.#composed.node();
    const before = await lastRound(API);
    await node.shell(
      `kill -9 $(node -p "JSON.parse(require('fs').readFileSync('${FOLDER}/data/LOCK','utf8')).pid")`,
    );
    const since = performance.now();
    await secondsUntil('gone', 10, async () => !(await isOk(`${API}/healthz`).catch(() => false)));
    await secondsUntil('healthy again', 60, () => isOk(`${API}/healthz`));
    const healthy = (performance.now() - since) / 1_000;
    const decided = await this.#secondsToRoundAfter(before);
    for (const peer of PEERS)
      need(!(await hasHeardContradiction(peer)), `${peer} heard it contradict itself`);
    return `healthy again after ${s(healthy)}, a round ${s(decided)} later; nobody heard it contradict itself`;
  }

  async #panels(): Promise<string> {
    const { checkout } = this.#options;
    const isWhole = async () => (await askPanels(checkout)).broken.length === 0;
    // Rates need two values that are 15 s apart.
    await secondsUntil('data for every panel', 120, isWhole).catch(() => undefined);
    const { withData, quiet, broken } = await askPanels(checkout);
    need(broken.length === 0, `without data: ${broken.join('; ')}`);
    return `${withData} expressions with data, ${quiet.length} of what has not happened, none broken`;
  }
}

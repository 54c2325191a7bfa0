import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { readNodeConfig } from '../node/config/index.ts';
import { STOP_BUDGET_MS } from '../node/runtime/shutdown.ts';
import { ROOT, textOf, yamlOf } from './deploy/files.ts';
import { renderChart, valuesUsed } from './deploy/helm.ts';

/** An orderly stop, and the time after which what overran is ended. */
const STOP_SECONDS = STOP_BUDGET_MS / 1_000 + 2;

describe('deployment files', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-deploy-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('systemd', () => {
    const unit = textOf('deploy/systemd/ballast.service');
    const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

    it('stops the node by a signal that it knows, and waits for it', () => {
      expect(setting('KillSignal')).to.equal('SIGINT');
      expect(Number(setting('TimeoutStopSec'))).to.be.greaterThan(STOP_SECONDS);
      expect(setting('ExecStart')).to.match(/bin\/ballast\.js node --folder \S+$/);
      expect(setting('User')).to.equal('ballast');
      for (const name of ['NoNewPrivileges', 'ProtectHome', 'PrivateTmp'])
        expect(setting(name), name).to.equal('true');
      expect(setting('ProtectSystem')).to.equal('strict');
    });

    it('passes systemd-analyze verify', function () {
      if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
        console.error('      systemd-analyze is not installed: the unit is not verified');
        this.skip();
      }
      const file = join(folder, 'ballast.service');
      writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
      const verify = () => spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
      const { status, stderr } = verify();
      expect({ status, stderr: ofUnit(stderr) }).to.deep.equal({ status: 0, stderr: [] });
      writeFileSync(file, unit.replace('TimeoutStopSec=', 'TimeoutStopSecs='));
      expect(ofUnit(verify().stderr).join()).to.match(/TimeoutStopSecs/);
    });
    /** Other units of the machine have their own troubles. */
    const ofUnit = (stderr: string) => stderr.split('\n').filter((line) => line.includes('ballast.service'));
  });

  describe('the image', () => {
    const lines = textOf('deploy/Dockerfile').replaceAll('\\\n', '').split('\n');
    const all = (instruction: string) =>
      lines
        .filter((line) => line.startsWith(`${instruction} `))
        .map((line) => line.slice(instruction.length + 1));

    it('runs as nobody in particular, from a base with a version, with the package’s own command', () => {
      expect(all('USER')).to.deep.equal(['node']);
      expect(all('STOPSIGNAL')).to.deep.equal(['SIGINT']);
      expect(all('ARG')).to.deep.equal(['NODE_IMAGE=node:24-bookworm-slim']);
      for (const base of all('FROM')) expect(base).to.match(/^\$\{NODE_IMAGE\}( AS \w+)?$/);
      const { bin } = JSON.parse(textOf('package.json')) as { bin: { ballast: string } };
      expect(JSON.parse(all('ENTRYPOINT')[0] ?? '')).to.deep.equal(['node', `/app/${bin.ballast}`]);
      expect(JSON.parse(all('CMD')[0] ?? '')).to.deep.equal(['node', '--folder', '/var/lib/ballast']);
      for (const script of all('RUN').flatMap((run) => run.match(/scripts\/\S+/g) ?? []))
        expect(existsSync(join(ROOT, script)), script).to.equal(true);
      expect(textOf('deploy/Dockerfile')).to.not.match(/:latest|ADD http|sudo/);
    });

    it('is built from what is named, so that no key of a checkout comes near it', () => {
      const rules = textOf('deploy/Dockerfile.dockerignore')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      expect(rules[0], 'everything is left out but what follows').to.equal('*');
      const named = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
      for (const path of named) expect(existsSync(join(ROOT, path)), path).to.equal(true);
      const { include } = JSON.parse(textOf('tsconfig.build.json')) as { include: string[] };
      const { files } = JSON.parse(textOf('package.json')) as { files: string[] };
      const made = ['dist', 'deploy'];
      for (const path of [...include, ...files.filter((file) => !made.includes(file)), 'scripts', 'LICENSE'])
        expect(
          named.some((name) => path === name || path.startsWith(`${name}/`)),
          path,
        ).to.equal(true);
      expect(rules).to.include.members(['**/node_modules', '**/test']);
    });

    it('keeps what npm was told out of every layer', () => {
      const installs = all('RUN').filter((run) => /npm install|launch\.js/.test(run));
      expect(installs).to.have.length(2);
      for (const run of installs)
        expect(run).to.match(/^--mount=type=secret,id=npmrc,target=\/root\/\.npmrc /);
    });

    it('is healthy while /healthz answers', async () => {
      const [check = ''] = all('HEALTHCHECK');
      const [command = '', ...args] = JSON.parse(/CMD (\[.*\])$/.exec(check)?.[1] ?? '[]') as string[];
      expect(command).to.equal('node');
      let status = 200;
      const server = createServer((request, response) => {
        expect(request.url).to.equal('/healthz');
        response.writeHead(status).end('{}');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const run = async () => {
        const env = { ...process.env, BALLAST_API_PORT: String(port) };
        const [code] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'exit');
        return code as number;
      };
      expect(await run()).to.equal(0);
      status = 500;
      expect(await run()).to.equal(1);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      expect(await run()).to.equal(1);
    });
  });

  describe('compose.yaml', () => {
    const service = z.object({
      image: z.string(),
      build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
      network_mode: z.literal('host'),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal('ALL')]),
      security_opt: z.tuple([z.literal('no-new-privileges:true')]),
      volumes: z.array(z.string()),
      environment: z.record(z.string(), z.string()).optional(),
      command: z.array(z.string()).optional(),
      stop_grace_period: z.string().optional(),
    });
    const compose = z
      .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
      .parse(yamlOf('deploy/compose.yaml'));
    const { node, prometheus, grafana } = compose.services;

    it('has three services that may do little, of known versions, with files that are there', () => {
      expect(Object.keys(compose.services)).to.deep.equal(['node', 'prometheus', 'grafana']);
      for (const [name, { image, volumes }] of Object.entries(compose.services)) {
        expect(image, name).to.match(/:(?:v?\d+\.\d+\.\d+|\$\{BALLAST_TAG:-\d+\.\d+\.\d+\})$/);
        for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
          if (source.startsWith('.')) expect(existsSync(join(ROOT, 'deploy', source)), source).to.equal(true);
          else if (!source.startsWith('$')) expect(Object.keys(compose.volumes)).to.include(source);
        }
      }
      const { context = '', dockerfile = '' } = node?.build ?? {};
      expect(existsSync(join(ROOT, 'deploy', context, dockerfile))).to.equal(true);
      expect(Number.parseInt(node?.stop_grace_period ?? '', 10)).to.be.greaterThan(STOP_SECONDS);
    });

    it('finds what its page says the folder holds, whatever the configuration says', () => {
      const [folder = ''] = node?.volumes.map((volume) => volume.split(':').at(-1)) ?? [];
      expect(node?.environment).to.deep.include({
        BALLAST_NETWORK: `${folder}/network.json`,
        BALLAST_PASSPHRASE_FILE: `${folder}/passphrase`,
      });
    });

    it('leaves metrics, Prometheus and Grafana on localhost, each where the next one looks', () => {
      const port = node?.environment?.BALLAST_API_PORT;
      expect(textOf('deploy/prometheus/prometheus.yml')).to.include(`targets: ["127.0.0.1:${port}"]`);
      expect(prometheus?.command).to.include('--web.listen-address=127.0.0.1:9090');
      expect(grafana?.environment).to.deep.include({
        GF_SERVER_HTTP_ADDR: '127.0.0.1',
        PROMETHEUS_URL: 'http://127.0.0.1:9090',
      });
      const [dashboards = ''] = /(?<=path: )\S+/.exec(
        textOf('deploy/grafana/provisioning/dashboards/ballast.yml'),
      ) ?? [''];
      expect(grafana?.volumes).to.include(`./grafana/generated:${dashboards}:ro`);
      const uid = /uid: (\S+)/.exec(textOf('deploy/grafana/provisioning/datasources/prometheus.yml'))?.[1];
      expect(textOf('deploy/grafana/generated/node.json')).to.include(`"uid": "${uid}"`);
    });
  });

  describe('the chart', () => {
    const only = (kind: string, values = {}) => renderChart(values).get(kind)?.[0] as never;

    it('renders to documents, with a monitor only where one is asked for', () => {
      expect([...renderChart().keys()].toSorted()).to.deep.equal([
        'ConfigMap',
        'NetworkPolicy',
        'Service',
        'StatefulSet',
      ]);
      expect([...renderChart({ serviceMonitor: true }).keys()]).to.include('ServiceMonitor');
      expect(() => renderChart({ storage: {} })).to.throw('storage.size');
    });

    it('names values that are there, and has none that nothing names', () => {
      const used = valuesUsed();
      const values = yamlOf('deploy/helm/ballast/values.yaml') as Readonly<Record<string, unknown>>;
      const top = new Set([...used].map((name) => name.split('.')[0] ?? ''));
      expect([...top].toSorted()).to.deep.equal(Object.keys(values).toSorted());
    });

    it('runs one node of an identity, with no rights, and gives it the time to stop', () => {
      const { spec } = only('StatefulSet') as {
        spec: {
          replicas: number;
          template: {
            spec: {
              terminationGracePeriodSeconds: number;
              securityContext: Readonly<Record<string, unknown>>;
              initContainers: readonly Container[];
              containers: readonly Container[];
            };
          };
        };
      };
      const pod = spec.template.spec;
      expect(spec.replicas).to.equal(1);
      expect(pod.terminationGracePeriodSeconds).to.be.greaterThan(STOP_SECONDS);
      expect(pod.securityContext).to.deep.include({ runAsNonRoot: true, runAsUser: 1000 });
      for (const { image, securityContext } of [...pod.initContainers, ...pod.containers]) {
        expect(image).to.match(/^ballast:\d+\.\d+\.\d+$/);
        expect(securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    });

    it('hands the node a configuration that it takes', async () => {
      const { data } = only('ConfigMap') as { data: Readonly<Record<string, string>> };
      const file = join(folder, 'config.yaml');
      writeFileSync(file, data['config.yaml'] ?? '');
      const config = await readNodeConfig(file);
      expect(config.network).to.equal(join(tmpdir(), 'network/network.json'));
      expect(config.api).to.deep.include({ host: '0.0.0.0', port: 9470 });
      expect(readFileSync(file, 'utf8')).to.match(/^network: /);
    });
  });
});

type Container = {
  readonly image: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
};

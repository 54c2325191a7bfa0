import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hasHeardContradiction } from '../scripts/containers/node-api.ts';
import { samplesOf, sortPanels } from '../scripts/containers/panels.ts';
import { portsInUse } from '../scripts/containers/ports.ts';
import { secondsUntil } from '../scripts/containers/waiting.ts';
import { ROOT } from './deploy/files.ts';

describe('npm run check:containers', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-engines-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const check = (...args: readonly string[]) => {
    const script = join(ROOT, 'scripts/check-containers.ts');
    const env = { PATH: folder };
    return spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
  };

  it('says in one line that no engine answers, why, and what to do', () => {
    const { status, stdout, stderr } = check();
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
    expect(stderr).to.equal(
      'no container engine answers: docker is not installed, podman is not installed (install podman or Docker 23 or newer, and start it)\n',
    );
    const docker = join(folder, 'docker');
    writeFileSync(docker, '#!/bin/sh\necho "Cannot connect to the daemon" >&2\nexit 1\n');
    chmodSync(docker, 0o755);
    expect(check('--engine', 'docker').stderr).to.equal(
      'no container engine answers: docker Cannot connect to the daemon (install podman or Docker 23 or newer, and start it)\n',
    );
    expect(check('--engine', 'rkt')).to.include({
      status: 2,
      stderr: '--engine: got rkt, expected docker or podman\n',
    });
    expect(check('--imag', 'x')).to.include({ status: 2, stdout: '' });
  });

  it('tells a panel that nothing has happened for from one that is broken', () => {
    const samples = samplesOf(`# HELP ballast_ready Whether
# TYPE ballast_ready gauge
ballast_ready 1
ballast_refusals_total{code="A \\"quoted\\", one"} 2
ballast_refusals_total{code="B"} 0
`);
    expect(samples.get('ballast_refusals_total')).to.deep.equal([
      { code: 'A \\"quoted\\", one' },
      { code: 'B' },
    ]);
    const recorded = new Map([
      ['instance:ballast_refusals:sum', 'sum(ballast_refusals_total)'],
      ['instance:ballast_trips:sum', 'sum(ballast_trips_total)'],
    ]);
    const kind = (expression: string, series = 0) => {
      const { withData, quiet, broken } = sortPanels([{ expression, series }], samples, recorded);
      expect(withData + quiet.length + broken.length).to.equal(1);
      return withData === 1 ? 'data' : quiet.length === 1 ? 'quiet' : 'broken';
    };
    expect(kind('ballast_ready', 1)).to.equal('data');
    expect(kind('ballast_ready{instance=~"$instance"}')).to.equal('broken');
    expect(kind('instance:ballast_refusals:sum')).to.equal('broken');
    expect(kind('instance:ballast_trips:sum')).to.equal('quiet');
    expect(kind('rate(ballast_trips_total[5m])')).to.equal('quiet');
    expect(kind('ballast_refusals_total{instance=~"$instance",code="B"}')).to.equal('broken');
    expect(kind('ballast_refusals_total{code="C"}')).to.equal('quiet');
    expect(kind('ballast_refusals_total{code=~"[BC]"}')).to.equal('broken');
    expect(kind('ballast_refusals_total{code!="B"}')).to.equal('broken');
    expect(kind('ballast_refusals_total{code!~"B|A.*"}')).to.equal('quiet');
    expect(kind('ballast_ready == 0')).to.equal('quiet');
  });

  it('sees that a port is taken, before it speaks to whatever listens there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await portsInUse([port])).to.deep.equal([port]);
    server.close();
    await once(server, 'close');
    expect(await portsInUse([port])).to.deep.equal([]);
  });

  it('hears of a node’s neighbours whether it contradicted itself', async () => {
    let page = 'ballast_refusals_total{code="other"} 0\n';
    const server = createHttpServer((_request, response) => response.end(page)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await hasHeardContradiction(url)).to.equal(false);
    page += 'ballast_refusals_total{code="MESSAGE_EQUIVOCATION"} 1\n';
    expect(await hasHeardContradiction(url)).to.equal(true);
    server.close();
    server.closeAllConnections();
  });

  it('waits no longer than it was told', async () => {
    let asked = 0;
    const passed = await secondsUntil('the second', 5, async () => ++asked === 2);
    expect(passed).to.be.within(0, 5);
    const never = secondsUntil('an answer', 0, () => Promise.reject(new Error('refused')));
    const error = await never.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(String(error)).to.equal('Error: an answer: not within 0 s');
  });
});

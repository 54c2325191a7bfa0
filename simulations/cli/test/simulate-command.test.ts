import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const MAIN = fileURLToPath(new URL('../../../bin/main.ts', import.meta.url));
const SMALL = ['simulate', '--nodes', '5', '--byzantine', '1', '--rounds', '2'];

describe('ballast simulate', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cli-simulate-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints one document and nothing else, and writes the same where it is told to', () => {
    const file = join(folder, 'result.json');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, ...SMALL, '--attack', 'ipm', '--boost', '2', '--json', '--out', file],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const document = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(document);
    expect(document).to.have.all.keys('schemaVersion', 'kind', 'options', 'parameters', 'runs', 'summary');
    expect(document.schemaVersion).to.equal(1);
    expect(document.options).to.deep.equal({
      ...{ nodes: 5, byzantine: 1, rounds: 2, seed: 1, seeds: 1, noise: 'record', heterogeneity: 1 },
      ...{ proximal: 0, normCheck: true, baseline: true, rule: 'multi-krum', f: 1, attack: 'ipm' },
      attackOptions: { boost: 2 },
    });
    expect(document.parameters).to.equal(39);
    const [run] = document.runs;
    expect(run).to.have.all.keys('seed', 'rounds', 'summary');
    expect(run.rounds.map(({ round }: { round: number }) => round)).to.deep.equal([1, 2]);
    expect(run.rounds[0]).to.have.all.keys('round', 'loss', 'baselineLoss', 'deviation', 'leftOut');
    expect(run.summary).to.have.all.keys(
      ...['start', 'end', 'baseline', 'gainKept', 'detection', 'epsilon', 'delta', 'modelDigest'],
    );
    expect(run.summary.detection).to.deep.equal({
      liarsLeftOut: 2,
      honestLeftOut: 0,
      precision: 1,
      recall: 1,
    });
  });

  it('refuses on one line, and ends with 130 when it is interrupted', async () => {
    const refused = spawnSync(process.execPath, [MAIN, ...SMALL, '--rule', 'krumm'], { encoding: 'utf8' });
    expect(refused).to.include({ status: 1, stdout: '' });
    expect(refused.stderr).to.match(/^ballast: rule "krumm" is unknown, [^\n]*\(did you mean krum\?\)\n$/);

    const run = spawn(process.execPath, [MAIN, 'simulate', '--rounds', '1000'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    run.stderr.on('data', (text) => {
      stderr += text;
    });
    await once(run.stdout, 'data'); // the title: it prepares from here on
    run.kill('SIGINT');
    const [code] = await once(run, 'exit');
    expect({ code, stderr }).to.deep.equal({ code: 130, stderr: '' });
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { memorySource, ROUNDS, serve, stopAll } from '../../api/test/support.ts';
import { inProcess } from '../../test/e2e/in-process.ts';
import { CONFIG } from './config.ts';

const TOKEN = 'a-token-of-thirty-two-characters-and-more';
const { ballast, succeed, refuse } = inProcess(TOKEN);

describe('commands that ask a running node', function () {
  this.timeout(20_000);
  let folder = '';

  const lines = async (...args: string[]): Promise<string[]> => {
    const { code, out, err } = await ballast(args);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    return out.trimEnd().split('\n');
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-running-'));
  });
  afterEach(stopAll);
  after(() => rm(folder, { recursive: true, force: true }));

  it('say how the node stands and what is wrong with it, without the secrets of its problems', async () => {
    const { url } = await serve();
    const text = (await lines('status', '--url', url)).join('\n');
    expect(text).to.match(/^ready: takes part in round 31\nnode 12D3KooW\S+, \w+ of epoch 0\nnetwork cc/);
    expect(text).to.include(`round ${ROUNDS} decided, version 20 `);
    expect(text).to.match(/\nCHAIN_STALLED since 1970-01-01T00:00:00\.005Z: /);
    expect(text).not.to.include('SECRET');
    const answer = await succeed(['status', '--url', `${url}/`]);
    expect(answer.state).to.include({ epoch: 0 });
  });

  it('say of a node that starts what it waits for', async () => {
    const { url } = await serve({
      source: undefined,
      readiness: () => ({ status: 'starting', reason: 'reaching the chain' }),
    });
    expect((await lines('status', '--url', url))[0]).to.equal('starting: reaching the chain');
    expect((await succeed(['status', '--url', url])).state).to.equal(null);
    expect(await refuse(['rounds', '--url', url])).to.include('/v1/rounds?limit=20: got status 503: ');
  });

  it('list peers, rounds, versions and parameters, and print the answer itself as JSON', async () => {
    const { url } = await serve();
    const [titles, first] = await lines('peers', '--url', url);
    expect(titles).to.match(/^node +role +score +latency +release +refused$/);
    expect(first).to.match(
      /^12D3KooW\S+ +\w+ +-?[\d.]+ +\d+ ms +0\.2\.0 without \/ballast\/votes\/1 +UPDATE_NORM 2$/,
    );
    const rounds = await lines('rounds', '--url', url, '--limit', '2');
    expect(rounds[1]).to.match(
      new RegExp(`^${ROUNDS} +rejected +20 +[0-9a-f]{16} +6/7 +the candidate is worse`),
    );
    expect(rounds).to.have.length(4);
    expect(rounds[3]).to.equal(`more with --before ${ROUNDS - 1}`);
    expect((await lines('rounds', '--url', url, '--limit', '1', '--before', '2'))[1]).to.match(
      /^1 +accepted +1 /,
    );
    const models = await lines('models', '--url', url, '--limit', '1');
    expect(models[1]).to.match(/^20 +29 +[0-9a-f]{16} +6 +2\.900$/);
    const [, fee] = await lines('parameters', '--url', url);
    expect(fee).to.match(/^STABILITY_FEE +0\.0506 1\/year +/);
    const answer = await succeed(['models', '--url', url, '--limit', '3']);
    expect(answer.items).to.have.length(3);
    expect(await refuse(['rounds', '--url', url, '--limit', '101'])).to.include('from 1 to 100');
  });

  it('show a rate of the chain in per cent', async () => {
    const [known] = await memorySource().parameters();
    if (known === undefined) throw new Error('the source has one');
    const rate = {
      ...known,
      unit: 'wad/year',
      value: '51000000000000000',
      bounds: { minimum: '0', maximum: '200000000000000000' },
    };
    const { url } = await serve({ source: memorySource({ parameters: async () => [rate] }) });
    expect((await lines('parameters', '--url', url))[1]).to.match(/^\S+ +5\.10 % +0\.00 % to 20\.00 % /);
    const shifted = { ...rate, unit: 'wad/year+0.5', value: '499000000000000000' };
    const other = await serve({ source: memorySource({ parameters: async () => [shifted] }) });
    expect((await lines('parameters', '--url', other.url))[1]).to.match(/^\S+ +-0\.10 % /);
  });

  it('find the node by its configuration, and say how one starts it where nobody answers', async () => {
    const { url } = await serve();
    const config = {
      ...CONFIG,
      api: { port: Number(new URL(url).port) },
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    expect((await lines('status', '--folder', folder))[0]).to.match(/^ready/);
    const nobody = await refuse(['status', '--folder', folder, '--set', 'api.port=9']);
    expect(nobody).to.match(/no node answers on http:\/\/127\.0\.0\.1:9 \(start it with ballast node, or/);
    expect(await refuse(['peers', '--folder', folder, '--set', 'api.port=0'])).to.include(
      '--url: got nothing',
    );
    expect(await refuse(['peers', '--url', 'file:///etc/passwd'])).to.include(
      '--url: got file:///etc/passwd',
    );
    expect(await refuse(['peers', '--folder', join(folder, 'absent')])).to.include(
      'config.json: got nothing',
    );
  });

  it('send a token where the node wants one, and say so where it is missing', async () => {
    const tokens = join(folder, 'tokens');
    await writeFile(tokens, createHash('sha256').update(TOKEN).digest('hex'), { mode: 0o600 });
    await writeFile(join(folder, 'token'), `${TOKEN}\n`);
    const { url } = await serve({ config: { tokens } });
    expect(await refuse(['models', '--url', url])).to.match(
      /got status 401.*\(give --token-file with a file/,
    );
    expect(await lines('models', '--url', url, '--token-file', join(folder, 'token'))).to.have.length(22);
    expect(await refuse(['models', '--url', url, '--token-file', join(folder, 'none')])).to.include(
      '--token-file',
    );
  });

  it('believe no answer of another shape, and bound its size and words', async () => {
    let body = '';
    let status = 200;
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      body = '{"items": [{}], "connected": 1}';
      expect(await refuse(['peers', '--url', url])).to.match(
        /items\.0\.node: .*\(the node is of another release\)/,
      );
      body = ' '.repeat((8 << 20) + 1);
      expect(await refuse(['peers', '--url', url])).to.include('expected at most');
      status = 503;
      body = JSON.stringify({ error: { code: 'X', message: `\u001b[31m\nred${'x'.repeat(500)}` } });
      const refused = await refuse(['peers', '--url', url]);
      expect(refused).to.include('got status 503: [31m red').and.not.to.include('\u001b');
      expect(refused.length).to.be.below(400);
    } finally {
      server.close();
    }
  });
});

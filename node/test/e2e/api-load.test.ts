import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { apiToken } from '../load/api-token.ts';
import { attack } from '../load/hostile.ts';
import { Member } from '../load/members.ts';
import { closeSockets, constantRate, getText, predictions, readPaths, type Shot } from '../load/shots.ts';
import { type PreparedNetwork, prepareNetwork } from './network.ts';

const NODES = 4;
const SECONDS = 5;
/** Far more than load takes, far less than what 10 MB bodies or 10,000 remembered tokens would. */
const MEMORY_GROWTH_MIB = 200;

/** Real processes; bounds of time are the bench's (`npm run bench:api -- --devnet`), not this test's. */
describe('the HTTP API of a node that takes part', function () {
  this.timeout(180_000);
  const token = randomBytes(32).toString('hex');
  const members: Member[] = [];
  let network: PreparedNetwork;
  let member: Member;

  before(async () => {
    network = await prepareNetwork({ nodes: NODES, rounds: 200, privacy: 'off' });
    const [first] = network.nodes;
    if (first === undefined) throw new Error('a network has nodes');
    await apiToken(first.configPath, join(network.root, 'tokens'), token);
    member = new Member(['node', '--config', first.configPath]);
    members.push(member);
  });

  after(async () => {
    closeSockets();
    await Promise.all(members.map((each) => each.stop()));
    await network?.remove();
  });

  const decisions = (count: number) =>
    member.until(() => (member.decisions.length >= count ? true : undefined), `${count} rounds`, 90_000);
  const refused = (shots: readonly Shot[]) => shots.filter(({ status }) => status !== 200 && status !== 206);

  it('is there at once, unready until its log can be read, ready when it takes part', async () => {
    const base = await member.until(() => member.url, 'the interface', 30_000);
    const seen: { status: number; reason: string }[] = [];
    const look = async (): Promise<number> => {
      const response = await fetch(`${base}/readyz`);
      const { reason } = (await response.json()) as { reason: string };
      if (seen.at(-1)?.status !== response.status) seen.push({ status: response.status, reason });
      return response.status;
    };
    expect((await fetch(`${base}/healthz`)).status).to.equal(200);
    expect(await look()).to.equal(503);
    const alone = performance.now() + 60_000;
    while ((await look()) === 503 && performance.now() < alone) await sleep(20);
    // Without the others it has a log, and cannot know whether it is the newest.
    expect(
      (await fetch(`${base}/v1/models/latest`, { headers: { authorization: `Bearer ${token}` } })).status,
    ).to.equal(200);
    for (const { configPath } of network.nodes.slice(1))
      members.push(new Member(['node', '--config', configPath]));
    const together = performance.now() + 60_000;
    while ((await look()) !== 200 && performance.now() < together) await sleep(20);
    expect(seen.map(({ status }) => status)).to.deep.equal([503, 206, 200]);
    expect(seen.map(({ reason }) => reason !== '')).to.deep.equal([true, true, false]);
  });

  it('answers readers beside hostile clients while rounds go on, within its memory', async () => {
    const target = { base: member.url ?? '', token };
    await decisions(2);
    const paths = await readPaths(target);
    const load = { rate: 100, seconds: SECONDS };
    const before = member.residentMib;
    const round = member.decisions.length;
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, member.residentMib);
    }, 100);
    const [shots, forecasts, sent] = await Promise.all([
      constantRate(target, paths, load),
      predictions(target, 40),
      attack({
        port: Number(new URL(target.base).port),
        token,
        seconds: SECONDS,
        slowSockets: 100,
        badTokens: 2_000,
        silentReaders: 100,
      }),
    ]);
    await decisions(round + 2);
    clearInterval(sampling);
    expect(refused(shots)).to.deep.equal([]);
    expect(refused(forecasts)).to.deep.equal([]);
    expect(sent.slow).to.be.at.least(100);
    expect(sent.bodies).to.be.at.least(4);
    expect(sent.tokens).to.be.greaterThan(100);
    expect(sent.readers).to.be.at.least(100);
    expect(peak - before).to.be.below(MEMORY_GROWTH_MIB);
    const metrics = await getText(target, '/metrics');
    const failures = Number(/^ballast_api_auth_failures_total (\d+)$/m.exec(metrics)?.[1]);
    expect(failures).to.be.within(1, sent.tokens);
    expect(metrics).to.match(/^ballast_api_event_subscribers \d$/m);
  });
});

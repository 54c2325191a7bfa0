import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestClient, http, parseEther } from 'viem';
import {
  type Anvil,
  chainHead,
  committeeOperators,
  createReader,
  createWriter,
  devAccount,
  operatorRecord,
  startAnvil,
} from '../../../contracts/client/index.ts';
import { networkId, parseNetworkDocument } from '../../../protocol/network.ts';
import { devnetParameters } from '../../devnet/options.ts';
import { freePort, startBlocks } from '../../devnet/setup.ts';
import { keystoreName, MIN_SCRYPT_COST, readKeystoreText } from '../../keys/index.ts';
import {
  activateNetwork,
  deployNetwork,
  initialiseOperator,
  initialiseStake,
  readDeploymentPlan,
  registerOperator,
} from '../../operator/index.ts';
import { type NodeEvent, readNodeConfig } from '../../runtime/index.ts';
import { createSandbox, killAll, Run, type Sandbox } from './command.ts';
import { inProcess } from './in-process.ts';

const OPERATORS = 4;
const UNBONDING_SECONDS = 3_600;
const PASSPHRASE = 'four words of nonsense';

const { ballast, succeed, refuse } = inProcess(PASSPHRASE);

/** The life of a network's operators by the commands alone. The tests go on from one another. */
describe('operator commands', function () {
  this.timeout(60_000);

  let anvil: Anvil;
  let folder = '';
  const path = (...parts: string[]) => join(folder, ...parts);
  const bank = () => createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
  const reader = () => createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50 });
  const document = async () => parseNetworkDocument(JSON.parse(await readFile(path('network.json'), 'utf8')));
  const rpc = () => ['--rpc', anvil.rpcUrl, '--network', path('network.json')];
  const stake = { BALLAST_STAKE_PASSPHRASE: PASSPHRASE };
  const deployer = () => ['--deployer-keystore', path('governance', 'stake-keystore.json')];
  const register = (i: number) => [
    'register',
    ...rpc(),
    ...['--keystore', path(`op-${i}`, 'keystore.json')],
    ...['--stake-keystore', path(`op-${i}`, 'stake-keystore.json')],
  ];
  const both = { BALLAST_PASSPHRASE: PASSPHRASE, ...stake };
  const owners: `0x${string}`[] = [];
  const nodes: string[] = [];
  let governance: `0x${string}` = '0x';

  before(async () => {
    anvil = await startAnvil();
    folder = await mkdtemp(join(tmpdir(), 'ballast-operator-'));
  });

  after(async () => {
    await anvil?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('init makes keys once, under passphrases that are not weak', async () => {
    const made = await succeed(['init', '--folder', path('op-1')], { BALLAST_PASSPHRASE: PASSPHRASE });
    nodes.push(String(made.node));
    const cold = await succeed(['init', '--stake', '--folder', path('op-1')], stake);
    expect(cold.owner).not.to.equal(made.signer);
    owners.push(cold.owner as `0x${string}`);
    // What the command calls, with a lighter lock: the test would wait for scrypt alone.
    const light = { scryptCost: MIN_SCRYPT_COST };
    for (let i = 2; i <= OPERATORS; i++) {
      nodes.push((await initialiseOperator(path(`op-${i}`), PASSPHRASE, light)).nodeId);
      owners.push((await initialiseStake(path(`op-${i}`), PASSPHRASE, light)).account.address);
    }
    governance = (await initialiseStake(path('governance'), PASSPHRASE, light)).account.address;
    const again = ['init', '--folder', path('op-1')];
    expect(await refuse(again, { BALLAST_PASSPHRASE: PASSPHRASE })).to.include('never replaced');
    expect(await refuse(['init', '--folder', path('new')], { BALLAST_PASSPHRASE: 'short' })).to.include(
      'at least 8',
    );
    expect(existsSync(path('new'))).to.equal(false);
    await writeFile(path('passphrase'), 'x');
    await chmod(path('passphrase'), 0o644);
    const open = ['init', '--folder', path('new'), '--passphrase-file', path('passphrase')];
    expect(await refuse(open)).to.include('chmod 600');
    // Cut short between the two files: the keys stay, what is missing is made.
    await rm(path('op-1', 'config.json'));
    const kept = await succeed(again);
    expect(kept).to.deep.include({ node: made.node, signer: made.signer });
    const config = await readNodeConfig(path('op-1', 'config.json'));
    expect(config.keystore).to.equal(path('op-1', 'keystore.json'));
  });

  it('deploy says what is missing, then writes a network document, once', async () => {
    const options = {
      rounds: 3,
      byzantine: 0,
      rule: 'median',
      privacy: 'record',
      gate: true,
      normCheck: true,
    };
    const plan = {
      name: 'rehearsal',
      chain: `eip155:${anvil.chainId}`,
      bootstrap: [`/ip4/127.0.0.1/tcp/4001/p2p/${nodes[0]}`],
      parameters: devnetParameters(options as Parameters<typeof devnetParameters>[0]),
      fit: { publicFeed: { kind: 'generator', seed: 1, venue: 0, days: 700 }, rounds: 3 },
      registry: { minimumBond: String(parseEther('2')), unbondingDelaySeconds: UNBONDING_SECONDS },
      governance: { identities: [4, 5, 6, 7].map((place) => devAccount(place).address) },
      breaker: { guardians: [devAccount(2).address] },
      peg: { hand: { owner: devAccount(1).address, answer: '100000000' } },
      fee: {
        initial: '50000000000000000',
        limits: {
          min: '10000000000000000',
          max: '90000000000000000',
          stepUp: '2500000000000000',
          stepDown: '2500000000000000',
          budgetUp: '30000000000000000',
          budgetDown: '30000000000000000',
          cooldownSeconds: 60,
          windowSeconds: 604_800,
        },
      },
    };
    await writeFile(path('plan.json'), JSON.stringify(plan));
    await writeFile(path('other-chain.json'), JSON.stringify({ ...plan, chain: 'eip155:1' }));
    await writeFile(path('bad.json'), JSON.stringify({ ...plan, name: 'Not Allowed' }));
    const deploy = (file: string, ...flags: string[]) => [
      'deploy',
      path(file),
      ...rpc(),
      ...deployer(),
      ...flags,
    ];
    expect(await refuse(deploy('bad.json'), {})).to.include('name');
    expect(await refuse(deploy('other-chain.json'), {})).to.include('expected eip155:1');
    expect(await refuse(deploy('plan.json', '--yes', '--json'), stake)).to.include('ETH');
    await bank().setBalance({ address: governance, value: parseEther('10') });
    const dry = await succeed(deploy('plan.json', '--dry-run'), stake);
    expect(dry).to.include({ dryRun: true });
    expect(existsSync(path('network.json'))).to.equal(false);
    await succeed(deploy('plan.json', '--yes'), stake);
    const nonce = await reader().getTransactionCount({ address: governance });
    const first = await document();
    expect(first.name).to.equal('rehearsal');
    await succeed(deploy('plan.json', '--yes'), stake);
    expect(await document()).to.deep.equal(first);
    const record = await succeed(['contracts', '--network', path('network.json'), ...rpc(), '--json']);
    expect(record).to.deep.include({ format: 'ballast-contracts/1', chain: plan.chain });
    const file = path('network.contracts.json');
    const written = await readFile(file, 'utf8');
    await writeFile(file, written.replace(first.contracts.controller, governance.toLowerCase()));
    expect(await refuse(['contracts', '--network', path('network.json'), ...rpc(), '--json'])).to.include(
      'controller',
    );
    await writeFile(file, written);
    await writeFile(path('plan.json'), JSON.stringify({ ...plan, beaconDelay: 9 }));
    expect(await refuse(deploy('plan.json', '--yes', '--json'), stake)).to.include('plan has changed');
    expect(await reader().getTransactionCount({ address: governance })).to.equal(nonce);
  });

  it('register posts the bond of each owner, once, and prints the transaction for an owner elsewhere', async () => {
    expect(await refuse([...register(1), '--yes', '--json'], both)).to.include('holds 0 ETH');
    const elsewhere = `0x${'5e'.repeat(20)}`;
    const [, ...flags] = register(1).slice(0, 7);
    const printed = await ballast(['register', ...flags, '--owner', elsewhere, '--print-transaction'], {
      BALLAST_PASSPHRASE: PASSPHRASE,
    });
    const transaction = JSON.parse(printed.out) as Record<'to' | 'data' | 'value', `0x${string}`>;
    expect(transaction.value).to.equal(String(parseEther('2')));
    expect(transaction.to).to.equal((await document()).contracts.nodeRegistry);
    await reader().call({
      account: elsewhere as `0x${string}`,
      to: transaction.to,
      data: transaction.data,
      value: parseEther('2'),
      stateOverride: [{ address: elsewhere as `0x${string}`, balance: parseEther('3') }],
    });
    for (let i = 1; i <= OPERATORS; i++) {
      const owner = owners[i - 1];
      if (owner === undefined) throw new Error('an owner for every operator');
      await bank().setBalance({ address: owner, value: parseEther('3') });
      if (i === OPERATORS) {
        const early = ['activate', ...rpc(), ...deployer(), '--yes', '--json'];
        expect(await refuse(early, stake)).to.include('got 3 registered');
      }
      expect((await succeed([...register(i), '--yes'], both)).status).to.equal('registered');
    }
    expect((await succeed([...register(1), '--yes'], both)).status).to.equal('already-registered');
    const mixed = register(1).with(6, path('op-2', 'keystore.json'));
    expect(await refuse([...mixed, '--yes', '--json'], both)).to.include('expected the keys given');
  });

  it('activate makes the operators the committee of the document’s network, once', async () => {
    const activate = ['activate', ...rpc(), ...deployer(), '--yes', '--beacon-delay', '4'];
    expect((await succeed(activate, stake)).status).to.equal('activated');
    const final = await document();
    const head = await chainHead(reader(), final.contracts.modelRegistry);
    expect(head).to.include({ network: networkId(final), modelDigest: final.genesis.modelDigest });
    expect(head.committeeSize).to.equal(OPERATORS);
    const members = await committeeOperators(reader(), final.contracts.nodeRegistry, head.committeeRoot);
    expect(members?.map(({ node }) => node).toSorted()).to.deep.equal(nodes.toSorted());
    expect((await succeed(activate, stake)).status).to.equal('already-active');
    expect(await document()).to.deep.equal(final);
  });

  it('exit leaves, waits, withdraws, and keeps the committee of the epoch known', async () => {
    const exit = ['exit', ...rpc(), ...['--stake-keystore', path('op-2', 'stake-keystore.json')], '--yes'];
    const owner = owners[1];
    if (owner === undefined) throw new Error('an owner for every operator');
    expect((await succeed(exit, stake)).step).to.equal('exit');
    expect(await refuse([...exit, '--json'], stake)).to.include('its bond is due at');
    expect(await refuse([...register(2), '--yes', '--json'], both)).to.include('exit is under way');
    await bank().increaseTime({ seconds: UNBONDING_SECONDS });
    await bank().mine({ blocks: 1 });
    const before = await reader().getBalance({ address: owner });
    expect((await succeed(exit, stake)).step).to.equal('withdraw');
    const gained = (await reader().getBalance({ address: owner })) - before;
    expect(gained > parseEther('1.99')).to.equal(true);
    const { contracts } = await document();
    expect((await operatorRecord(reader(), contracts.nodeRegistry, owner)).status).to.equal('none');
    expect(await refuse([...exit, '--json'], stake)).to.include('owns no registration');
    const { committeeRoot } = await chainHead(reader(), contracts.modelRegistry);
    expect(await committeeOperators(reader(), contracts.nodeRegistry, committeeRoot)).to.have.length(
      OPERATORS,
    );
  });
});

/** Four operators' nodes as processes of their own, started from what the commands have written. */
describe('a node that is restored from an old backup', function () {
  this.timeout(240_000);

  let anvil: Anvil;
  let place: Sandbox;
  const path = (...parts: string[]) => join(place.root, 'an operator', ...parts);
  const start = (i: number) => new Run(['node', '--folder', path(`op-${i}`), '--json'], place);
  const eventsOf = (run: Run) => run.events as unknown as readonly NodeEvent[];
  const conditions = (run: Run) => eventsOf(run).filter((event) => event.event === 'condition');
  const decidedAfter = (run: Run, round: number) => () =>
    eventsOf(run).find(
      (event): event is Extract<NodeEvent, { event: 'decided' }> =>
        event.event === 'decided' && event.round > round,
    );
  const raised = (run: Run, code: string) => () =>
    conditions(run).find((event) => 'code' in event && event.code === code);

  before(async () => {
    place = await createSandbox();
    anvil = await startAnvil();
    const bank = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50 };
    const reader = createReader(endpoint);
    const light = { scryptCost: MIN_SCRYPT_COST };
    const ports = await Promise.all(Array.from({ length: OPERATORS }, freePort));
    const identities = [];
    for (let i = 1; i <= OPERATORS; i++) {
      identities.push(await initialiseOperator(path(`op-${i}`), PASSPHRASE, light));
      if (i === 1) await writeFile(path('passphrase'), PASSPHRASE, { mode: 0o600 });
      await succeed([
        ...['init', '--folder', path(`op-${i}`), '--rpc', anvil.rpcUrl, '--network', path('network.json')],
        ...['--venue', String(i), '--port', String(ports[i - 1]), '--passphrase-file', path('passphrase')],
        ...['--api-port', String(await freePort())],
      ]);
      // What `init` wrote, with the engine that is up soonest.
      const config = path(`op-${i}`, 'config.json');
      const written = JSON.parse(await readFile(config, 'utf8')) as object;
      await writeFile(config, JSON.stringify({ ...written, engine: 'float64' }));
    }
    const bootstrap = `/ip4/127.0.0.1/tcp/${ports[0]}/p2p/${identities[0]?.nodeId}`;
    const { code, out } = await ballast(['plan', '--bootstrap', bootstrap]);
    expect(code).to.equal(0);
    const printed = JSON.parse(out) as { parameters: { timeouts: object; beaconLag: number } };
    // Whoever waits for the restored node's update waits this long.
    Object.assign(printed.parameters.timeouts, { collectMs: 1_500, fetchMs: 1_500 });
    // Nobody here profits from knowing a beacon early, and blocks come once a second.
    printed.parameters.beaconLag = 1;
    await writeFile(path('plan.json'), JSON.stringify(printed));
    const { plan } = await readDeploymentPlan(path('plan.json'), path('network.json'));
    const governance = createWriter(endpoint, devAccount(0));
    const { contracts } = await deployNetwork(reader, governance, plan);
    for (const [i, { account, signer: node }] of identities.entries()) {
      const owner = devAccount(i + 1);
      await bank.setBalance({ address: account.address, value: parseEther('1') });
      const keys = { node, signer: account };
      await registerOperator(reader, createWriter(endpoint, owner), {
        nodeRegistry: contracts.nodeRegistry,
        keys,
      });
    }
    await activateNetwork(reader, governance, path('network.json'), { beaconDelay: 4 });
    await startBlocks(anvil);
  });

  after(async () => {
    await killAll();
    await anvil?.stop();
    await place.remove();
  });

  it('abstains and says why, votes again, never trains on the old ledger, and verifies against the chain', async () => {
    const others = [1, 2, 3].map(start);
    const first = start(4);
    await first.until(decidedAfter(first, 0), 'round 1');
    first.child.stdin?.end();
    expect(await first.end(8_000)).to.deep.equal({ code: 0, signal: null });
    const folder = ['--folder', path('op-4')];
    await succeed(['backup', path('old.backup'), ...folder]);

    const second = start(4);
    // The first may be one that the backup knows: charged before the stop, and released again.
    const update = await second.until(
      () => eventsOf(second).filter((event) => event.event === 'trained')[1],
      'a second update',
    );
    // Until its round is over, the others may not have heard of the update.
    const last = await second.until(decidedAfter(second, update.round - 1), 'its round');
    second.child.kill('SIGKILL');
    await second.end(2_000);
    // Forced or not, the folder keeps the debits that were made since.
    expect(await refuse(['restore', path('old.backup'), ...folder, '--force'])).to.include(
      'never be forgotten',
    );
    await rename(path('op-4', 'data'), path('lost'));
    await succeed(['restore', path('old.backup'), ...folder]);

    const restored = start(4);
    const { url } = await restored.until(
      () => restored.events.find((event) => 'url' in event) as { url: string } | undefined,
      'its address',
    );
    for (const code of ['RESTORE_UNCONFIRMED', 'VOTES_BEHIND', 'LEDGER_BEHIND'])
      await restored.until(raised(restored, code), code);
    const ready = await fetch(new URL('/readyz', url));
    expect(ready.status, 'in step, and not taking part in full').to.equal(206);
    expect(await ready.text()).to.include('LEDGER_BEHIND');
    const said = conditions(restored).find((event) => 'code' in event && event.code === 'VOTES_BEHIND');
    expect(said).to.deep.include({ active: true });

    // Three of four decide: with another one gone, every round needs the vote of the restored one.
    const [watched, , leaving] = others;
    if (watched === undefined || leaving === undefined) throw new Error('three others');
    leaving.child.stdin?.end();
    expect(await leaving.end(8_000)).to.deep.equal({ code: 0, signal: null });
    const left = Math.max(...eventsOf(leaving).map((event) => ('round' in event ? event.round : 0)));
    const later = await restored.until(decidedAfter(restored, left), 'a round that needs its vote');
    expect(
      eventsOf(restored).some(({ event }) => event === 'trained'),
      'trained',
    ).to.equal(false);
    const { nodeId } = keystoreName(await readKeystoreText(path('op-4', 'keystore.json')), 'keystore.json');
    const same = await watched.until(decidedAfter(watched, later.round - 1), 'the same round');
    expect(same.modelDigest).to.equal(later.modelDigest);
    for (const run of others) {
      const codes = eventsOf(run).flatMap((event) => (event.event === 'refused' ? [event.code] : []));
      expect(codes).not.to.include('MESSAGE_EQUIVOCATION');
      for (const event of eventsOf(run))
        if (event.event === 'decided' && event.round > last.round + 1)
          expect(event.selected).not.to.include(nodeId);
    }

    // Just after a publication no decision is near: all stop with the same log.
    const { contracts } = parseNetworkDocument(JSON.parse(await readFile(path('network.json'), 'utf8')));
    const chain = createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50 });
    const decided = () =>
      Math.max(...eventsOf(restored).map((event) => (event.event === 'decided' ? event.version : 0)));
    for (
      let waited = 0;
      (await chainHead(chain, contracts.modelRegistry)).version < decided();
      waited += 100
    ) {
      expect(waited, `version ${decided()} on the chain`).to.be.below(30_000);
      await sleep(100);
    }
    const staying = [...others.filter((run) => run !== leaving), restored];
    for (const run of staying) run.child.stdin?.end();
    for (const run of staying) expect(await run.end(8_000)).to.deep.equal({ code: 0, signal: null });
    for (const i of [1, 2, 4]) {
      const result = await succeed(['verify', '--folder', path(`op-${i}`)]);
      expect(result.mismatches).to.deep.equal([]);
      expect(result.chain).to.include({ version: decided() });
    }
  });
});

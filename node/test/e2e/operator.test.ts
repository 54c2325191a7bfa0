import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestClient, http, parseEther } from 'viem';
import {
  type Anvil,
  chainHead,
  committeeOperators,
  createReader,
  devAccount,
  operatorRecord,
  startAnvil,
} from '../../../contracts/client/index.ts';
import { networkId, parseNetworkDocument } from '../../../protocol/network.ts';
import { readNodeConfig } from '../../config/index.ts';
import { devnetParameters } from '../../devnet/options.ts';
import { MIN_SCRYPT_COST } from '../../keys/index.ts';
import { initialiseOperator, initialiseStake } from '../../operator/index.ts';
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

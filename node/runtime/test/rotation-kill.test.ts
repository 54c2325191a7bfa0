import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  type Anvil,
  chainHead,
  createReader,
  modelRegistryAbi,
  startAnvil,
} from '../../../contracts/client/index.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { endpointOf } from './committee-on-chain.ts';
import { epochsOnChain, operators } from './epochs-on-chain.ts';

const MEMBERS = fileURLToPath(new URL('./rotating-members.ts', import.meta.url));

describe('members that are killed between certificate and rotation', function () {
  this.timeout(60_000);
  let folder = '';
  let anvil: Anvil;
  let document: NetworkDocument;
  let child: ChildProcessByStdio<null, Readable, null> | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-rotation-'));
    anvil = await startAnvil();
    document = await epochsOnChain(anvil, operators(0x70));
    await writeFile(join(folder, 'network.json'), JSON.stringify(document));
  });

  after(async () => {
    child?.kill('SIGKILL');
    await anvil?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Members start; so many of them sign the rotation. */
  function live(speakers: number) {
    const started = spawn(
      process.execPath,
      [MEMBERS, join(folder, 'db'), join(folder, 'network.json'), anvil.rpcUrl, String(speakers)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child = started;
    const ended = once(started, 'close');
    const steps: string[] = [];
    const lines = createInterface({ input: started.stdout });
    const said = Promise.withResolvers<void>();
    lines.on('line', (step) => {
      steps.push(step);
      if (steps.length === 1) said.resolve();
    });
    const kill = async () => {
      started.kill('SIGKILL');
      expect((await ended)[1]).to.equal('SIGKILL');
      return steps;
    };
    ended.then(() => said.reject(new Error('the members ended')));
    return { steps, said: said.promise, ended, kill };
  }

  it('rotate the chain in a later life, once', async () => {
    const reader = createReader(endpointOf(anvil));
    const rpc = <T>(method: string, ...params: unknown[]) =>
      reader.request({ method, params } as never) as Promise<T>;
    const head = () => chainHead(reader, document.contracts.modelRegistry);

    // Fewer signatures than a quorum had been said.
    const first = live(2);
    await first.said;
    expect(await first.kill()).not.to.include('rotated');
    expect(await head()).to.include({ version: 1, epoch: 0 });

    // The rotation was handed in, and no block has it.
    await rpc('evm_setAutomine', false);
    const second = live(4);
    await second.said;
    while (Number((await rpc<{ pending: string }>('txpool_status')).pending) === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await second.kill()).not.to.include('rotated');
    expect(await head()).to.include({ version: 1, epoch: 0 });
    await rpc('anvil_dropAllTransactions');
    await rpc('evm_setAutomine', true);

    const third = live(3);
    expect((await third.ended)[0]).to.equal(0);
    expect(third.steps).to.include('rotated');
    expect(await head()).to.include({ version: 1, epoch: 1, committeeSize: 4 });
    const logs = await reader.getContractEvents({
      abi: modelRegistryAbi,
      address: document.contracts.modelRegistry as `0x${string}`,
      eventName: 'CommitteeRotated',
      fromBlock: 0n,
    });
    expect(logs).to.have.length(1);
  });
});

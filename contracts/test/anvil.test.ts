import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BallastError } from '../../protocol/errors.ts';
import { devAccount, startAnvil } from '../client/anvil.ts';
import { createReader } from '../client/clients.ts';

const answers = async (rpcUrl: string): Promise<boolean> => {
  try {
    return (await createReader({ rpcUrl, chainId: 31_337 }).getChainId()) > 0;
  } catch {
    return false;
  }
};

async function failure(promise: Promise<unknown>): Promise<BallastError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('startAnvil', () => {
  it('serves a funded chain whose blocks become final at once, until it is stopped', async () => {
    const anvil = await startAnvil({ chainId: 4242, accounts: 3 });
    try {
      const reader = createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId });
      expect(await reader.getChainId()).to.equal(4242);
      expect(await reader.getBalance({ address: devAccount(2).address })).to.equal(10_000n * 10n ** 18n);
      expect(await reader.getBalance({ address: devAccount(3).address })).to.equal(0n);
      for (let i = 0; i < 3; i++) await reader.request({ method: 'evm_mine' } as never);
      const latest = await reader.getBlock();
      const finalised = await reader.getBlock({ blockTag: 'finalized' });
      expect(latest.number).to.equal(3n);
      expect(finalised.number).to.equal(1n);
    } finally {
      await anvil.stop();
    }
    await anvil.stop();
    expect(await answers(anvil.rpcUrl)).to.equal(false);
  });

  it('says why it does not come up when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
    const error = await failure(startAnvil({ port: address.port }));
    server.close();
    expect(error.code).to.equal('ANVIL_NOT_LISTENING');
    expect(error.hint).to.include(String(address.port));
  });

  it('gives up when it is too slow or aborted', async () => {
    expect((await failure(startAnvil({ timeoutMs: 1 }))).code).to.equal('ANVIL_NOT_LISTENING');
    expect((await failure(startAnvil({ signal: AbortSignal.abort() }))).code).to.equal('ANVIL_ABORTED');
    const controller = new AbortController();
    const starting = failure(startAnvil({ signal: controller.signal }));
    controller.abort();
    expect((await starting).code).to.equal('ANVIL_ABORTED');
  });

  it('stops on the abort signal', async () => {
    const controller = new AbortController();
    const anvil = await startAnvil({ signal: controller.signal });
    controller.abort();
    await anvil.stop();
    expect(await answers(anvil.rpcUrl)).to.equal(false);
  });

  it('ends with its parent, even when that is killed', async () => {
    const module = JSON.stringify(fileURLToPath(new URL('../client/anvil.ts', import.meta.url)));
    const script = `const { startAnvil } = await import(${module}); console.log((await startAnvil()).rpcUrl);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
    const rpcUrl = line.trim();
    expect(await answers(rpcUrl)).to.equal(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const deadline = performance.now() + 5000;
    while ((await answers(rpcUrl)) && performance.now() < deadline);
    expect(await answers(rpcUrl)).to.equal(false);
  });
});

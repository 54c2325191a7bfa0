/**
 * `npm run drill:halt`: a guardian halts from a cold start. A process that has nothing but an endpoint, an address and a
 * key starts, signs and waits for its block; this one watches the breaker meanwhile.
 *
 *     npm run drill:halt [-- seconds between blocks; 1 unless given]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as client from '../contracts/client/index.ts';
import { deployBreakerSuite } from '../contracts/test/replay/breaker-suite.ts';

const GUARDIAN = 2;
const POLL_MS = 10;
const print = (line: string) => process.stdout.write(`${line}\n`);
const endpointOf = (rpcUrl: string) => ({ rpcUrl, chainId: 31_337, pollingIntervalMs: POLL_MS });

async function halt(rpcUrl: string, breaker: string): Promise<void> {
  const endpoint = endpointOf(rpcUrl);
  const reader = client.createReader(endpoint);
  const writer = client.createWriter(endpoint, client.devAccount(GUARDIAN));
  const started = performance.now();
  const { gasUsed, blockNumber } = await client.halt(reader, writer, breaker, { scope: 'all' });
  print(
    `guardian: halted in block ${blockNumber}, ${gasUsed} gas, ${Math.round(performance.now() - started)} ms of ` +
      `${Math.round(performance.now())} ms since its process started`,
  );
}

async function drill(blockTimeSeconds: number): Promise<void> {
  const anvil = await client.startAnvil();
  try {
    const endpoint = endpointOf(anvil.rpcUrl);
    const reader = client.createReader(endpoint);
    const writer = client.createWriter(endpoint, client.devAccount(0));
    const { breaker } = await deployBreakerSuite(
      reader,
      async (call) => {
        const hash = await writer.sendTransaction(call);
        await reader.waitForTransactionReceipt({ hash });
        return hash;
      },
      {
        governance: client.devAccount(1).address,
        guardians: [client.devAccount(GUARDIAN).address],
        settings: client.DEFAULT_BREAKER_SETTINGS,
        oracle: client.DEFAULT_ORACLE_SETTINGS,
      },
    );
    await reader.request({ method: 'evm_setIntervalMining', params: [blockTimeSeconds] } as never);
    const started = performance.now();
    const guardian = spawn(
      process.execPath,
      [fileURLToPath(import.meta.url), 'guardian', anvil.rpcUrl, breaker],
      { stdio: 'inherit' },
    );
    const gone = once(guardian, 'exit');
    while (!(await client.breakerStatus(reader, breaker)).all && guardian.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const seen = performance.now() - started;
    const [code] = await gone;
    if (code !== 0) throw new Error(`the guardian's process ended with status ${code}`);
    print(`observer: every write by a model is halted ${Math.round(seen)} ms after the alarm,`);
    print(`          blocks of ${blockTimeSeconds} s included; resuming takes governance and its delay`);
  } finally {
    await anvil.stop();
  }
}

const [role, rpcUrl, breaker] = process.argv.slice(2);
if (role === 'guardian' && rpcUrl !== undefined && breaker !== undefined) await halt(rpcUrl, breaker);
else await drill(role === undefined ? 1 : Number(role));

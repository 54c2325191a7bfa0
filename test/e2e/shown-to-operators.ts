import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestClient, http } from 'viem';
import { writePeople } from '../../node/devnet/people.ts';
import { blocksOf } from '../documents/pasted.ts';
import { writePrices } from '../documents/prices.ts';
import { runAll, runShown } from '../documents/run.ts';
import type { Place } from '../documents/trial.ts';
import { COMING_AND_GOING, DRILL, KEYS_OF_A_FIFTH, WHEN_STOPPED } from '../documents/trials/operators.ts';
import { ROOT } from './installed.ts';

const DAY = 86_400;
/** As a devnet has it, for keys that everybody knows. */
const SCRYPT_COST = 2 ** 14;

/** What a page has in the words of a command that is not what this network has. */
export type Known = {
  readonly folder: string;
  readonly rpcUrl: string;
  /** The HTTP interface of the node that is asked. */
  readonly apiUrl: string;
};

const host = (url: string) => new URL(url).host;

export function placeOf(
  { folder, rpcUrl, apiUrl }: Known,
  more: readonly (readonly [string, string])[] = [],
): Place {
  const standIns = new Map([
    ['127.0.0.1:8545', host(rpcUrl)],
    ['127.0.0.1:41389', host(rpcUrl)],
    ['127.0.0.1:9470', host(apiUrl)],
    ['127.0.0.1:9471', host(apiUrl)],
    ['URL', rpcUrl],
    ['FILE', 'ledger.export'],
    ...more,
  ] as const);
  return { folder, standIns };
}

/** A model file as a node's interface has it: `candidate.json` and `m.json`. */
export async function writeModelFiles({ folder, apiUrl }: Known): Promise<void> {
  const headers = { accept: 'application/json' };
  const ask = async (path: string) => (await fetch(new URL(path, apiUrl), { headers })).json();
  const { modelDigest } = (await ask('/v1/models/latest')) as { modelDigest: string };
  const { weights } = (await ask(`/v1/weights/${modelDigest}`)) as { weights: number[] };
  const { model } = JSON.parse(await readFile(join(folder, 'network.json'), 'utf8')) as { model: unknown };
  for (const name of ['candidate.json', 'm.json'])
    await writeFile(join(folder, name), JSON.stringify({ model, weights }));
}

/** The lines that make a token, and the one that uses it. */
export async function tokenLines(): Promise<{ readonly make: string; readonly use: string }> {
  const [block = ''] = blocksOf(await readFile(join(ROOT, 'docs/api.md'), 'utf8'), 'token');
  const [make = '', use = ''] = block.trim().split('\n');
  return { make, use };
}

export async function askStopped(known: Known): Promise<void> {
  writePrices(join(known.folder, 'data'));
  await runAll(WHEN_STOPPED, placeOf(known));
}

/** A fifth operator registers and leaves, and so does the third. */
export async function comeAndGo(known: Known): Promise<void> {
  await runAll(KEYS_OF_A_FIFTH, placeOf(known));
  const [owner, other] = await Promise.all(
    ['cold', 'gov'].map((name) => addressIn(join(known.folder, name, 'stake-keystore.json'))),
  );
  const addresses = [
    ['0x44b3…', owner ?? ''],
    ['0x…', other ?? ''],
  ] as const;
  await runAll(COMING_AND_GOING, placeOf(known, addresses));
}

/** A guardian halts, identities vote, anyone carries it out: by the keys of a devnet's people, on a clock that jumps. */
export async function drill(known: Known): Promise<void> {
  const { folder, rpcUrl } = known;
  const devnet = join(folder, '.ballast/devnet');
  await mkdir(devnet, { recursive: true });
  await writePeople(devnet, SCRYPT_COST);
  for (const name of ['network.json', 'network.contracts.json'])
    await cp(join(folder, name), join(devnet, name));
  const page = await readFile(join(ROOT, 'docs/operating.md'), 'utf8');
  const [, shared = ''] = /^F='(.*)'$/m.exec(page) ?? [];
  const base = [['$F', shared.replaceAll('127.0.0.1:41389', host(rpcUrl))]] as const;
  const place = placeOf(known, base);
  const chain = createTestClient({ mode: 'anvil', transport: http(rpcUrl) });
  const pass = async (days: number) => {
    await chain.increaseTime({ seconds: Math.ceil(days * DAY) });
    await chain.mine({ blocks: 1 });
  };

  await runShown(DRILL.halt, place);
  const asked = await runShown(DRILL.ask, place);
  const proposal = placeOf(known, [...base, ['1038962', /^proposal (\d{7})/m.exec(asked)?.[1] ?? '']]);
  await pass(1.01);
  await runShown(DRILL.vote, proposal);
  const second = DRILL.vote.shown.replace('identity-1', 'identity-2');
  await runShown({ ...DRILL.vote, shown: second }, proposal);
  await pass(7);
  // It queues, and waits for the two days of the timelock, which begin then.
  const advanced = runShown(DRILL.advance, proposal).then(() => true);
  while (!(await Promise.race([advanced, sleep(300, false)]))) await pass(2.01);
  await runShown(DRILL.status, place);
  await runShown(DRILL.override, place);
  await runShown(DRILL.proposals, place);
}

async function addressIn(keystore: string): Promise<string> {
  const [address] = /0x[0-9a-fA-F]{40}/.exec(await readFile(keystore, 'utf8')) ?? [];
  if (address === undefined) throw new Error(`no address in ${keystore}`);
  return address;
}

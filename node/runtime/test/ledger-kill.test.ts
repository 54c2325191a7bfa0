import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PrivacyLedger } from '../../../privacy/index.ts';
import { seededBytes } from '../../../privacy/test/support.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { LevelStore } from '../../store/index.ts';

const WRITER = fileURLToPath(new URL('./releasing-writer.ts', import.meta.url));
const LIVES = 5;
const POLICY = { unit: 'record', relation: 'add-remove', epsilonBudget: 1_000, delta: 1e-5 } as const;

type Said = { readonly round: number; readonly digest: string; readonly epsilon: number };

/** One life of the writer: it is killed a few milliseconds after it has said so many releases. */
async function life(folder: string, first: number, releases: number, delayMs: number): Promise<Said[]> {
  const child = spawn(process.execPath, [WRITER, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Said[] = [];
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    said.push(JSON.parse(line));
    if (said.length === releases) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  const [, signal] = await once(child, 'close');
  expect(signal, complaint).to.equal('SIGKILL');
  return said;
}

describe('privacy ledger of a process that is killed', function () {
  this.timeout(60_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-ledger-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('gives the bytes again that it gave, and never forgets what was spent', async () => {
    const random = seededBytes('ledger kills');
    const data = join(folder, 'db');
    const said: Said[] = [];
    let spent = 0;
    /** Rounds whose releases the ledger holds. */
    let stored = 0;
    for (let i = 0; i < LIVES; i++) {
      const [releases = 0, delayMs = 0] = random(2).map((byte, j) => (j === 0 ? 1 + (byte % 12) : byte % 8));
      said.push(...(await life(data, (said.at(-1)?.round ?? 0) + 1, releases, delayMs)));
      const store = await LevelStore.open(data);
      try {
        const ledger = await PrivacyLedger.open(store.sub('ledger'), POLICY);
        for (const { round, digest } of said) {
          const bytes = await ledger.released(`round/${round}`);
          expect(bytes === undefined ? 'nothing' : digestOfBytes(bytes), `round ${round}`).to.equal(digest);
        }
        const { epsilon } = ledger.spent();
        expect(epsilon).to.be.at.least(said.at(-1)?.epsilon ?? 0);
        // A short life may end amid releases that the one before it made and had no time to say: they cost no more.
        const before = stored;
        while ((await ledger.released(`round/${stored + 1}`)) !== undefined) stored++;
        if (stored > before) expect(epsilon).to.be.greaterThan(spent);
        else expect(epsilon).to.equal(spent);
        spent = epsilon;
      } finally {
        await store.close();
      }
    }
    const epsilons = said.map(({ epsilon }) => epsilon);
    expect(epsilons).to.deep.equal(epsilons.toSorted((a, b) => a - b));
    expect(said.length).to.be.at.least(LIVES);
    expect(stored).to.be.at.least(said.at(-1)?.round ?? 0);
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readIfThere } from '../files/atomic-file.ts';
import { systemCode } from '../files/system-code.ts';
import { DataFolderError } from './errors.ts';
import { giveLifeSign, givesLifeSign, type LifeSign } from './life-sign.ts';

const ownerSchema = z.object({
  pid: z.int().positive(),
  /** Start of the process in ticks since boot: a number that is used again is another process. */
  started: z.string(),
  boot: z.string(),
  /** Among which processes the number is: each container has its own, and sees no other's. */
  processes: z.string().optional(),
  token: z.uuid().optional(),
});
type Owner = z.infer<typeof ownerSchema>;

const NAME = 'LOCK';
const lifeSignOf = (token: string) => `${NAME}.${token}.live`;
/** A turn is a few file operations. */
const TURNS = 100;
const TURN_MS = 20;

/** A folder held by one process. The file goes with `release`; after a crash the next owner takes it over. */
export class FolderLock {
  readonly #path: string;
  readonly #text: string;
  readonly #lifeSign: LifeSign | undefined;

  private constructor(path: string, text: string, lifeSign: LifeSign | undefined) {
    this.#path = path;
    this.#text = text;
    this.#lifeSign = lifeSign;
  }

  /** @throws DataFolderError `DATA_FOLDER_LOCKED` while the process that holds it lives. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, NAME);
    const token = randomUUID();
    const text = `${JSON.stringify({ ...(await ownerOf(process.pid)), token })}\n`;
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    let lifeSign: LifeSign | undefined;
    try {
      // Before the lock that names it, so that no living holder is found silent.
      lifeSign = await giveLifeSign(folder, lifeSignOf(token));
      await alone(await realpath(folder), () => place(draft, path, folder));
      return new FolderLock(path, text, lifeSign);
    } catch (error) {
      await lifeSign?.end();
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Frees the folder, unless another has taken it over. */
  async release(): Promise<void> {
    if ((await readIfThere(this.#path)) === this.#text) await rm(this.#path, { force: true });
    await this.#lifeSign?.end();
  }
}

/** The process that holds a folder, by its number in its own container; undefined where none that lives does. */
export async function lockHolder(folder: string): Promise<number | undefined> {
  const owner = parseOwner((await readIfThere(join(folder, NAME))) ?? '');
  return owner !== undefined && (await isAlive(owner, folder)) ? owner.pid : undefined;
}

/** A link appears with its content or not at all, and never over another. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Puts a lock where none is, or in the place of one that nobody holds any more. @throws DataFolderError. */
async function place(draft: string, path: string, folder: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    if (await linked(draft, path)) return;
    const old = await readIfThere(path);
    if (old === undefined) continue;
    const dead = await requireStale(old, folder);
    const claim = claimOf(path, old);
    if (await linked(draft, claim)) {
      try {
        // Who had the claim before may have replaced that lock.
        if ((await readIfThere(path)) !== old) continue;
        // A rename replaces in one step: after a crash the old lock or the new one is there.
        await rename(draft, path);
      } finally {
        await rm(claim, { force: true });
      }
      if (dead !== undefined) await rm(join(folder, lifeSignOf(dead)), { force: true });
      return;
    }
    const claimant = await readIfThere(claim);
    if (claimant === undefined) continue;
    await requireStale(claimant, folder);
    await rm(claim, { force: true });
  }
  throw locked(folder, 'several that start at once');
}

/** What only one of those who would replace a lock can make: a turn does not hold off those of other containers. */
export const claimOf = (path: string, lock: string): string =>
  `${path}.${createHash('sha256').update(lock).digest('hex').slice(0, 32)}.claim`;

/** @returns the token of the lock that nobody holds any more. */
async function requireStale(lock: string, folder: string): Promise<string | undefined> {
  const owner = parseOwner(lock);
  if (owner !== undefined && (await isAlive(owner, folder))) throw locked(folder, `process ${owner.pid}`);
  return owner?.token;
}

/**
 * Two may find a lock stale at once; one of them at a time looks and takes over. The turn is a socket without a
 * file (Linux's abstract names), which the system takes back when its process ends.
 */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = `\0ballast/${createHash('sha256').update(name).digest('hex')}`;
  for (let attempt = 0; ; attempt++) {
    const server = createServer();
    const isMine = await new Promise<boolean>((done) => {
      server.once('error', () => done(false));
      server.listen(path, () => done(true));
    });
    if (isMine) {
      try {
        return await work();
      } finally {
        await new Promise<void>((done) => server.close(() => done()));
      }
    }
    if (attempt >= TURNS) throw locked(name, 'others that are taking it');
    await sleep(TURN_MS);
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner, folder: string): Promise<boolean> {
  const { boot, processes, token } = owner;
  if (boot !== (await bootId())) return false;
  if (processes !== undefined && processes !== (await processNamespace()))
    return token !== undefined && (await givesLifeSign(folder, lifeSignOf(token)));
  return (await ownerOf(owner.pid))?.started === owner.started;
}

const bootId = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
const processNamespace = () => readlink('/proc/self/ns/pid').catch(() => '');

/** @returns undefined where no such process runs. */
async function ownerOf(pid: number): Promise<Owner | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything; the start is the 22nd.
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { pid, started, boot: await bootId(), processes: await processNamespace() };
}

function locked(folder: string, by: string): DataFolderError {
  return new DataFolderError(
    'DATA_FOLDER_LOCKED',
    `data folder ${folder} is in use by another process: ${by}`,
    {
      metadata: { folder },
      hint: 'stop the node that has it; a second one needs a data folder of its own',
    },
  );
}

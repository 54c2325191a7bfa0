import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './say.js';

/**
 * Runs `work` while no other launcher of the same checkout runs its own.
 *
 * The lock is a socket in Linux's abstract namespace: the kernel lets go of it when its holder dies, however
 * it dies, so there is no stale lock to clear.
 */
export async function withInstallLock(root, work) {
  const name = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 32);
  const server = await acquire(`\0ballast-install-${name}`);
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function acquire(path) {
  for (let attempt = 0; ; attempt++) {
    const server = createServer((socket) => socket.destroy());
    const error = await new Promise((resolve) => {
      server.once('error', resolve);
      server.listen(path, () => resolve(undefined));
    });
    if (error === undefined) return server;
    if (error.code !== 'EADDRINUSE') throw error;
    if (attempt === 0) say('Waiting for the installation that another command has begun …');
    await delay(200);
  }
}

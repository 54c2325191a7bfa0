import { open, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { systemCode } from '../files/system-code.ts';

/**
 * A socket in a folder that its process listens on. The system ends it with the process, so others can ask whether
 * that lives even where they cannot see it: in another container, which numbers its processes by itself.
 */
export type LifeSign = {
  /** Ends it and removes its file. May be called more than once. */
  readonly end: () => Promise<void>;
};

/** @returns undefined on a file system that has no sockets. */
export async function giveLifeSign(folder: string, name: string): Promise<LifeSign | undefined> {
  // A socket's path has 107 bytes at most; through the open folder it is short wherever that lies.
  const opened = await open(folder, 'r');
  const server = createServer((socket) => socket.destroy());
  const isListening = await new Promise<boolean>((done) => {
    server.once('error', () => done(false));
    server.listen(`/proc/self/fd/${opened.fd}/${name}`, () => done(true));
  });
  if (!isListening) {
    await opened.close();
    return undefined;
  }
  server.unref();
  const ended = Promise.withResolvers<void>();
  server.once('close', () => opened.close().then(ended.resolve, ended.reject));
  return {
    end: async () => {
      if (server.listening) server.close();
      await ended.promise;
      await rm(join(folder, name), { force: true });
    },
  };
}

/** Whether the process that made the socket lives; also where it may not be asked. */
export async function givesLifeSign(folder: string, name: string): Promise<boolean> {
  const opened = await open(folder, 'r');
  try {
    return await new Promise<boolean>((done) => {
      const socket = connect(`/proc/self/fd/${opened.fd}/${name}`, () => {
        socket.destroy();
        done(true);
      });
      socket.once('error', (error) => {
        done(!['ECONNREFUSED', 'ENOENT'].includes(systemCode(error)));
      });
    });
  } finally {
    await opened.close();
  }
}

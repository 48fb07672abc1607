import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A path of a socket has 104 to 108 bytes. */
const MAX_PATH = 100;

/** Shows others that the process which made it lives. */
export interface LiveSign {
  end(): Promise<void>;
}

/**
 * Listens in the directory as long as this process lives, however it ends: whoever runs under the same kernel can tell by
 * connecting, also from another container, where this process's id says nothing.
 * @returns `undefined` where it can't be done, as on Windows and on file systems without sockets
 */
export async function showLife(directory: string, token: string): Promise<LiveSign | undefined> {
  if (process.platform === 'win32') return undefined;
  try {
    const { path, close } = await shortPath(directory, token);
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    }).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    server.unref();
    server.on('error', () => undefined);
    return { end: () => new Promise<void>((resolve) => server.close(() => resolve(close()))) };
  } catch {
    return undefined;
  }
}

/** Whether the process of this sign lives, as far as this kernel knows; `undefined` when there is no sign to be asked. */
export async function seesLife(directory: string, token: string): Promise<boolean | undefined> {
  if (process.platform === 'win32') return undefined;
  const { path, close } = await shortPath(directory, token);
  try {
    return await new Promise<boolean | undefined>((resolve) => {
      const socket = connect(path);
      const answer = (lives: boolean | undefined): void => {
        socket.destroy();
        resolve(lives);
      };
      socket.once('connect', () => answer(true));
      // EAGAIN: it has more visitors than it can take.
      socket.once('error', ({ code }: NodeJS.ErrnoException) =>
        answer(code === 'EAGAIN' ? true : code === 'ECONNREFUSED' ? false : undefined),
      );
    });
  } finally {
    await close();
  }
}

export function liveSignName(token: string): string {
  return `lock.live-${token}`;
}

async function shortPath(directory: string, token: string) {
  const path = join(directory, liveSignName(token));
  if (Buffer.byteLength(path) <= MAX_PATH || process.platform !== 'linux') return { path, close: async () => undefined };
  const handle = await open(directory, 'r');
  return { path: `/proc/self/fd/${handle.fd}/${liveSignName(token)}`, close: () => handle.close() };
}

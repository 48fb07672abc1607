import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AnyFlow, type App, flowproof } from 'flowproof';
import { nodeListener, ui } from 'flowproof/ui';
import { appIn } from '../store/app-module.js';
import { storeAt } from '../store/database.js';
import { appOf, named, STORE_TIMEOUT_MS, type Where } from '../store/opened.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { stopped } from '../terminal/stopping.js';

export interface UiParams {
  readonly where: Where;
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly token: string | undefined;
  readonly readOnly: boolean;
}

/** `flowproof ui`: serves the page until the person stops it. */
export async function uiCommand({ where, host, port, token, readOnly }: UiParams, io: Io): Promise<ExitCode> {
  if (!isLoopback(host) && token === undefined)
    throw new UsageError(`others could reach ${host}, and do what they like: set FLOWPROOF_UI_TOKEN to a text of at least 16 characters`);
  const app = await appAt(where, readOnly, io);
  try {
    const page = pageOf(app, token, readOnly);
    // What is wrong with the store is said before anybody looks.
    await app.runs({ limit: 1 });
    const server = createServer(nodeListener(page));
    await listening(server, host, port);
    try {
      io.out(`the page is at ${addressOf(server, host)} until Ctrl-C\n`);
      await stopped(io);
      return 0;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  } finally {
    await app.stop();
  }
}

function pageOf(app: App<AnyFlow[]>, token: string | undefined, readOnly: boolean): ReturnType<typeof ui> {
  try {
    return ui(app, { readOnly, ...(token === undefined ? {} : { token }) });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Without flows it can be looked at, and asked: whichever process has them acts. */
async function appAt(where: Where, readOnly: boolean, { folder }: Io): Promise<App<AnyFlow[]>> {
  if (where.app !== undefined) return appOf(await appIn(where.app, folder));
  const persistence = { kind: 'named', ...(await storeAt(named(where), folder, readOnly ? 'read' : 'write')) };
  return flowproof({ persistence, flows: [], recover: false, storeTimeoutMs: STORE_TIMEOUT_MS }) as unknown as App<AnyFlow[]>;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

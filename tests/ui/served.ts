import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { nodeListener, type UiApp, type UiOptions, ui } from '../../src/ui/index.js';

/** A page that is served on this machine, until the test has finished. */
export interface Served {
  readonly url: string;
  /** Asks the API. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Asks it to do something, as the page does, unless headers say otherwise. */
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
}

export async function served(apps: UiApp | Record<string, UiApp>, options: UiOptions = {}): Promise<Served> {
  const server = createServer(nodeListener(ui(apps, options)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${options.basePath ?? ''}`;
  return {
    url,
    get: (path, headers = {}) => fetch(`${url}/api/v1${path}`, { headers }),
    post: (path, body, headers = {}) =>
      fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-flowproof': '1', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** What a page answers to a request that no client would send as it is. */
export function asked(apps: UiApp, options: UiOptions, url: string, init: RequestInit = {}): Promise<Response> {
  return ui(apps, options).fetch(new Request(url, init));
}

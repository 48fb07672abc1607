import { Agent, request } from 'node:https';
import type { BoardTls } from '../../boards/index.js';
import type { Fetch } from './gateway.js';

/** Sends requests by these certificates, which the `fetch` of Node.js does not take. */
export function fetchBy({ ca, cert, key, servername }: BoardTls): Fetch {
  const given = { ...(ca && { ca: [ca].flat() as string[] }), ...(cert && { cert: cert as string }), ...(key && { key: key as string }) };
  const agent = new Agent({ keepAlive: true, ...given, ...(servername === undefined ? {} : { servername }) });
  return (url, { method, body, headers, signal }) =>
    new Promise((resolve, reject) => {
      const length = { 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { agent, method, signal, headers: { ...headers, ...length } }, (answer) => {
        const text = async (): Promise<string> => {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          return Buffer.concat(parts).toString();
        };
        const get = (name: string): string | null => answer.headers[name]?.toString() ?? null;
        resolve({ status: answer.statusCode ?? 0, headers: { get }, body: answer as AsyncIterable<Uint8Array>, text });
      });
      sent.once('error', reject);
      sent.end(body);
    });
}

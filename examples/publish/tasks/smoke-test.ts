import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { Task, type TaskContext } from 'flowproof';
import { type FileEntry, type Manifest, readManifest } from '../files/manifest.js';
import { Meter } from '../files/meter.js';
import { sha256 } from '../files/sha256.js';
import { serve } from '../files/static-server.js';
import type { Services } from '../target.js';

interface Inputs {
  manifest: Manifest;
  live: string;
}

/** Visits every file as a browser would, through `current`. The server lives in this call only: nothing to revert. */
@Task({ name: 'smoke-test', requires: ['manifest', 'live'], provides: ['visited'] })
export class SmokeTest {
  async execute({ manifest, live }: Inputs, ctx: TaskContext<Services>): Promise<{ visited: number }> {
    const { target } = ctx.services;
    const meter = new Meter(ctx, manifest);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const server = await serve(target.at(live));
    let visited = 0;
    try {
      for await (const entry of readManifest(target.at(manifest.path), manifest)) {
        const response = await visit(`${server.url}/${urlPath(entry)}`, agent, ctx.signal);
        const got = await sha256(response, meter.add);
        if (response.statusCode !== 200) throw new Error(`'${entry.path}' answers ${response.statusCode}`);
        if (got.sha256 !== entry.sha256) throw new Error(`'${entry.path}' arrives with another content`);
        meter.add(1);
        visited++;
      }
    } finally {
      agent.destroy();
      await server.close();
    }
    return { visited };
  }
}

async function visit(url: string, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent, signal }), 'response')) as [IncomingMessage];
  return response;
}

function urlPath({ path }: FileEntry): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

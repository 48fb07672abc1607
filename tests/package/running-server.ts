import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A server that a test has started, of whatever framework: it prints the port that it listens on. */
export interface RunningServer {
  /** The status of a response, and its JSON. */
  call(method: string, path: string, options?: { body?: object; headers?: Readonly<Record<string, string>> }): Promise<[number, unknown]>;
  /** The lines of a stream of events, up to its end. */
  events(path: string, headers?: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** The first event whose data has all of this, while the stream goes on. */
  event(path: string, wanted: Readonly<Record<string, unknown>>): Promise<string>;
  /** Asks it to end, and gives its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts a server by Node.js, and waits until it listens. */
export async function serve(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = /port: (\d+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  const url = (path: string) => `http://127.0.0.1:${port}${path}`;
  const stream = async (path: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal) => {
    const response = await fetch(url(path), { headers, ...(signal && { signal }) });
    if (response.status !== 200 || response.body === null) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
      throw new Error(`${path} is ${response.headers.get('content-type')}`);
    return response.body.pipeThrough(new TextDecoderStream());
  };
  return {
    async call(method, path, { body, headers } = {}) {
      const response = await fetch(url(path), {
        method,
        headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
      return [response.status, await response.json()];
    },
    async events(path, headers = {}) {
      let text = '';
      for await (const chunk of await stream(path, headers)) text += chunk;
      return text.split('\n').filter((line) => line !== '');
    },
    async event(path, wanted) {
      const leaving = new AbortController();
      let text = '';
      try {
        for await (const chunk of await stream(path, {}, leaving.signal)) {
          text += chunk;
          const lines = text.split('\n').filter((line) => line.startsWith('data: ') && line.endsWith('}'));
          const found = lines.find((line) => {
            const data = JSON.parse(line.slice(6)) as Record<string, unknown>;
            return Object.entries(wanted).every(([key, value]) => data[key] === value);
          });
          if (found !== undefined) return found;
        }
      } finally {
        leaving.abort();
      }
      throw new Error(`the stream ended without ${JSON.stringify(wanted)}: ${text}`);
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

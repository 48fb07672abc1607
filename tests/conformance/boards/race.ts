import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { JobBoard } from '../../../src/contracts/index.js';
import type { Report } from './claimer.js';
import type { Kind } from './make-board.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What is done to claimers and to the server while jobs are claimed, in this order, after so many jobs were consumed. */
export interface Disturbance {
  readonly after: number;
  /** Done to a claimer that has just claimed a job. */
  readonly what: 'kill' | 'freeze' | (() => Promise<void>);
}

export interface RaceParams {
  readonly kind: Kind;
  readonly url: string;
  readonly prefix: string;
  readonly board: JobBoard;
  readonly processes: number;
  readonly jobs: number;
  readonly leaseMs: number;
  readonly disturbances: readonly Disturbance[];
}

export interface Race {
  /** How often each job was consumed, and how often its work was done. */
  readonly consumed: ReadonlyMap<string, number>;
  readonly done: ReadonlyMap<string, number>;
  /** Jobs whose end was refused to somebody. */
  readonly refused: ReadonlySet<string>;
  /** The job that a killed claimer had, and how long after that somebody else claimed it. */
  readonly killed?: { readonly job: string; readonly freeAfterMs?: number };
  /** The job that a frozen claimer had. */
  readonly frozen?: string;
  readonly troubles: readonly string[];
}

/** Processes claim jobs until none is left. */
export async function race(params: RaceParams): Promise<Race> {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-race-'));
  const file = join(directory, 'effects');
  const program = join(directory, 'claimer.mjs');
  writeFileSync(file, '');
  await build({
    ...{
      entryPoints: [at('claimer.ts')],
      outfile: program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    },
    // Clients from npm are CommonJS, which asks for what Node has.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    tsconfig: at('../../../tsconfig.build.json'),
  });
  const ids = Array.from({ length: params.jobs }, (_, index) => `job-${index}`);
  await params.board.post(ids.map((id, index) => ({ id, flow: 'order', inputs: { index }, priority: index % 3 })));
  const children: ChildProcess[] = [];
  try {
    const found = await claimAll(params, children, () =>
      fork(program, [params.kind, params.url, params.prefix, file, String(params.leaseMs)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const words = lines.map((line) => line.split(' ') as [string, string]);
    const counted = (word: string) => {
      const counts = new Map<string, number>();
      for (const [what, id] of words) if (what === word) counts.set(id, (counts.get(id) ?? 0) + 1);
      return counts;
    };
    return { ...found, consumed: counted('consumed'), done: counted('did'), refused: new Set(counted('refused').keys()) };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

type Found = Pick<Race, 'killed' | 'frozen' | 'troubles'>;

function claimAll({ processes, disturbances }: RaceParams, children: ChildProcess[], begin: () => ChildProcess): Promise<Found> {
  const left = [...disturbances];
  const troubles: string[] = [];
  let killed: { job: string; atMs: number; freeAfterMs?: number } | undefined;
  let frozen: { readonly job: string; readonly child: ChildProcess } | undefined;
  let consumed = 0;
  let disturbed: ChildProcess | undefined;
  let dead: ChildProcess | undefined;
  const disturb = (child: ChildProcess, job: string): void => {
    const [next] = left;
    // Not the one that is frozen or dead already.
    if (next === undefined || consumed < next.after || child === disturbed) return;
    left.shift();
    if (typeof next.what === 'function') {
      next.what().catch((error: unknown) => troubles.push(`disturbance: ${String(error)}`));
      return;
    }
    disturbed = child;
    if (next.what === 'kill') {
      child.kill('SIGKILL');
      dead = child;
      killed = { job, atMs: performance.now() };
    } else {
      child.kill('SIGSTOP');
      frozen = { job, child };
    }
  };
  return new Promise((resolve) => {
    let alive = processes;
    for (let index = 0; index < processes; index++) {
      const child = begin();
      children.push(child);
      child.on('message', (report: Report) => {
        if ('consumed' in report) consumed++;
        if ('trouble' in report) troubles.push(report.trouble);
        if (!('claimed' in report)) return;
        if (killed?.job === report.claimed && killed.freeAfterMs === undefined) killed.freeAfterMs = performance.now() - killed.atMs;
        // Goes on when somebody else has its job, not after a time: a server that restarts may begin the leases that it has anew.
        if (frozen?.job === report.claimed && frozen.child !== child) frozen.child.kill('SIGCONT');
        disturb(child, report.claimed);
        // One that was killed never hears it, and a frozen one when it goes on.
        if (child !== dead) child.send('go on', () => undefined);
      });
      child.once('exit', () => {
        if (--alive === 0)
          resolve({ troubles, ...(killed !== undefined && { killed }), ...(frozen !== undefined && { frozen: frozen.job }) });
      });
    }
  });
}

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Sample, System, Work } from '../harness.js';
import type { ResumeReport } from './resume-process.js';

/** Steps of the flow, and the one in which its process is killed. */
export const STEPS = 100;
export const KILLED_IN = 50;

/**
 * A process is killed inside a step; a new one does the rest. The time is from connected to done. `flowproof` finds out itself
 * that the old process is dead, which is most of its time; `flowproof-forced` is told so, as `raw` takes it for granted.
 */
export const resumeAfterKill: Work = {
  name: 'resume-after-kill',
  unit: 'resume',
  async open({ postgres, peers }) {
    const { url } = await postgres();
    const others = (await peers?.('resume-after-kill', { kind: 'resume', length: STEPS, killedIn: KILLED_IN })) ?? [];
    return [system('raw', url), system('flowproof', url), system('flowproof-forced', url), ...others];
  },
};

function system(name: string, url: string): System {
  const repeated = new Set<number>();
  const sinceStart: number[] = [];
  return {
    name,
    async sample(): Promise<Sample> {
      const id = randomUUID();
      const killed = await child([name, url, id, 'start']);
      if (killed.signal !== 'SIGKILL') throw new Error(`${name} was not killed: ${killed.output}`);
      const from = performance.now();
      const { output } = await child([name, url, id, 'resume']);
      sinceStart.push(performance.now() - from);
      const { ms, called } = JSON.parse(output) as ResumeReport;
      repeated.add(called - (STEPS - KILLED_IN));
      return { units: 1, ms };
    },
    async remarks() {
      const slowest = Math.round(Math.max(...sinceStart));
      return [`steps repeated: ${[...repeated].join(', ')}; from the start of the new process to its end at most ${slowest} ms`];
    },
  };
}

async function child(args: readonly string[]): Promise<{ readonly signal: string | null; readonly output: string }> {
  const program = fileURLToPath(new URL('./resume-process.js', import.meta.url));
  const started = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  started.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  const [code, signal] = (await once(started, 'close')) as [number | null, string | null];
  if (code !== 0 && signal === null) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { signal, output };
}

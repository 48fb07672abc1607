import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Said {
  readonly said: string;
}

export interface MemberParams<Words extends Said> {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  heard(words: Words): void;
  /** It has ended, and nobody here has ended it. */
  failed(why: string): void;
}

/** A process that takes part: it is begun again when it was killed. */
export class Member<Words extends Said> {
  readonly #params: MemberParams<Words>;
  #child: ChildProcess | undefined;
  #isReady = false;
  #thaw: (() => void) | undefined;

  constructor(params: MemberParams<Words>) {
    this.#params = params;
  }

  get name(): string {
    return this.#params.name;
  }

  /** Whether it has said that it is ready, and is not frozen. */
  get isThere(): boolean {
    return this.#isReady && this.#thaw === undefined;
  }

  start(): void {
    const { program, args, env, heard, failed, name } = this.#params;
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    this.#isReady = false;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const words = JSON.parse(line) as Words;
      if (child === this.#child && words.said === 'ready') this.#isReady = true;
      if (child === this.#child) heard(words);
    });
    child.once('exit', (code, signal) => {
      if (child !== this.#child) return;
      failed(`${name} ended by itself with ${code ?? signal}`);
      this.start();
    });
  }

  order(words: object): void {
    if (this.#isReady) this.#child?.stdin?.write(`${JSON.stringify(words)}\n`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#isReady = false;
    child?.kill('SIGKILL');
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.start();
  }

  freeze(forMs: number): void {
    const child = this.#child;
    child?.kill('SIGSTOP');
    const timer = setTimeout(() => this.thaw(), forMs);
    this.#thaw = () => {
      clearTimeout(timer);
      child?.kill('SIGCONT');
    };
  }

  thaw(): void {
    this.#thaw?.();
    this.#thaw = undefined;
  }

  /** @returns whether it has stopped in good order */
  async stop(): Promise<boolean> {
    this.thaw();
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return true;
    const exited = once(child, 'exit');
    if (this.#isReady) child.stdin?.write(`${JSON.stringify({ do: 'stop' })}\n`);
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const [code] = (await exited) as [number | null];
    clearTimeout(late);
    return code === 0;
  }
}

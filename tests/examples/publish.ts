import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach } from 'vitest';
import type { Row } from '../../examples/publish/cli/ledger.js';
import { exampleProgram } from '../../scripts/example-program.mjs';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The last line of `--json`. */
export interface DemoResult {
  readonly state: string;
  readonly runId: string;
  readonly results: { readonly manifest: { readonly files: number; readonly skipped: number }; readonly visited: number };
  readonly failures: readonly { readonly path: string; readonly failure: { readonly message: string } }[];
  readonly tasks: readonly Row[];
}

/** A new demo for each test. */
export function demoForEachTest(): () => Demo {
  let program = '';
  let demo: Demo | undefined;
  beforeAll(async () => {
    program = await buildDemo();
    return () => rmSync(dirname(dirname(program)), { recursive: true });
  });
  beforeEach(() => {
    const made = new Demo(program);
    demo = made;
    return () => made.remove();
  });
  return () => demo as Demo;
}

/** The demo as a program of its own, built from the sources that are there now. */
async function buildDemo(): Promise<string> {
  mkdirSync(path('../../build/test-publish'), { recursive: true });
  // As deep below the repository as the demo's own build, so that it finds its site.
  const program = join(mkdtempSync(path('../../build/test-publish/')), 'cli', 'main.mjs');
  await exampleProgram('publish', program);
  return program;
}

/** A working directory with a folder to publish, and the demo in it. */
export class Demo {
  readonly #program: string;
  readonly cwd = mkdtempSync(join(tmpdir(), 'flowproof-demo-'));
  readonly folder = join(this.cwd, 'site');

  constructor(program: string, files: Readonly<Record<string, string>> = { 'index.html': '<h1>one</h1>', 'deep/er/style.css': 'a {}' }) {
    this.#program = program;
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    mkdirSync(this.folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
  }

  async run(...args: readonly string[]): Promise<Ended> {
    return this.spawn(process.execPath, [this.#program, ...args]);
  }

  /** With the standard input closed, not just empty. */
  async runWithoutStdin(): Promise<Ended> {
    return this.spawn('sh', ['-c', 'exec "$0" "$1" <&-', process.execPath, this.#program]);
  }

  async runMeasured(): Promise<Ended & { readonly peakBytes: number }> {
    const file = join(this.cwd, 'peak');
    const measure = `import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`;
    const ended = await this.spawn(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(measure)}`,
      this.#program,
      this.folder,
    ]);
    return { ...ended, peakBytes: Number(readFileSync(file, 'utf8')) * 1024 };
  }

  /** Publishes the folder; `--json` and the parsed result. */
  async publish(...args: readonly string[]): Promise<Ended & { readonly result: DemoResult; readonly runId: string }> {
    const ended = await this.run(this.folder, '--json', ...args);
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; runId?: string });
    const runId = lines.find(({ runId }) => runId !== undefined)?.runId ?? '';
    return { ...ended, runId, result: lines.at(-1) as unknown as DemoResult };
  }

  /** What visitors and disks see: every file with its hash, every link with its target; not the demo's own notes. */
  published(): Readonly<Record<string, string>> {
    return Object.fromEntries(treeOf(join(this.cwd, '.flowproof-demo')).filter(([name]) => !/^(journal|unfinished|postgres)\//.test(name)));
  }

  /** The folder, and the release that visitors see now: path → hash. */
  get source(): readonly (readonly [string, string])[] {
    return treeOf(this.folder);
  }
  get live(): readonly (readonly [string, string])[] {
    return treeOf(join(this.cwd, '.flowproof-demo', readlinkSync(join(this.cwd, '.flowproof-demo/current'))));
  }

  remove(): void {
    rmSync(this.cwd, { recursive: true, force: true });
  }

  async spawn(command: string, args: readonly string[]): Promise<Ended> {
    const child = spawn(command, args, { cwd: this.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const [[code, signal], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    return { code, signal, stdout, stderr };
  }
}

/** Folders are walked by hand: whether `recursive` follows links depends on the version of Node. */
function treeOf(root: string, below = ''): (readonly [string, string])[] {
  const found = readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry): (readonly [string, string])[] => {
    const [full, name] = [join(root, below, entry.name), join(below, entry.name)];
    if (entry.isSymbolicLink()) return [[name, readlinkSync(full)]];
    if (entry.isDirectory()) return [[name, 'directory'], ...treeOf(root, name)];
    return [[name, createHash('sha256').update(readFileSync(full)).digest('hex')]];
  });
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

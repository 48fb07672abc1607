/**
 * Measures what an editor waits for at the end of a chain of 100 tasks, in the language servers of TypeScript 6 and 7:
 * hover and completion without an edit (each must take less than 200 ms), and completion right after an edit (shown
 * only). Medians of 5. `--relaxed` reports without judging, for busy machines.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from './type-cost-programs.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const WORK = join(ROOT, 'build', `type-latency-${process.pid}`);
const FILE = join(WORK, 'chain.ts');
const LIMIT_MS = 200;
const ROUNDS = 5;

const text = program('chained', 100).replace(/\.build\(\);\s*$/, '.build();\n');
const lines = text.trimEnd().split('\n');
/** In the name of the last method, where an editor would ask. */
const at = { line: lines.length - 1, character: lines[lines.length - 1].length - 4 };

/** A client of a server that speaks messages with a Content-Length (LSP) or lines of JSON (tsserver). */
function client(args, framed) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map();
  let buffer = Buffer.alloc(0);
  let count = 0;
  const write = (message) => {
    const json = JSON.stringify(message);
    child.stdin.write(framed ? `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}` : `${json}\n`);
  };
  const answer = (message) => {
    if (framed && message.method !== undefined && message.id !== undefined) {
      write({
        jsonrpc: '2.0',
        id: message.id,
        result: message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null,
      });
    }
    const id = framed ? message.id : message.request_seq;
    if (message.method === undefined && (framed || message.type === 'response')) waiting.get(id)?.(message);
  };
  child.stdout.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, head).toString())?.[1]);
      if (buffer.length < head + 4 + length) return;
      answer(JSON.parse(buffer.subarray(head + 4, head + 4 + length).toString()));
      buffer = buffer.subarray(head + 4 + length);
    }
  });
  const send = (name, params, id) =>
    write(
      framed
        ? { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method: name, params }
        : { seq: id ?? ++count, type: 'request', command: name, arguments: params },
    );
  const ask = (name, params) =>
    new Promise((resolve) => {
      const id = ++count;
      waiting.set(id, resolve);
      send(name, params, id);
    });
  return { ask, send, end: () => child.kill() };
}

async function tsserver() {
  const server = client([join(ROOT, 'node_modules/typescript/lib/tsserver.js'), '--disableAutomaticTypingAcquisition'], false);
  const place = { file: FILE, line: at.line + 1, offset: at.character + 1 };
  server.send('open', { file: FILE, fileContent: text });
  return {
    ...server,
    diagnose: () => server.ask('semanticDiagnosticsSync', { file: FILE }),
    hover: () => server.ask('quickinfo', place),
    complete: async () => mustOffer(await server.ask('completionInfo', place)),
    edit: async (round) => {
      const change = { start: { line: 1, offset: 1 }, end: { line: 1, offset: 1 }, newText: `/* ${round} */ ` };
      server.send('updateOpen', { changedFiles: [{ fileName: FILE, textChanges: [change] }] });
    },
  };
}

async function lsp() {
  const server = client([join(ROOT, 'node_modules/typescript-7.0/bin/tsc'), '--lsp', '--stdio'], true);
  const textDocument = { uri: `file://${FILE}` };
  const capabilities = { textDocument: { diagnostic: {}, completion: {}, hover: {} } };
  await server.ask('initialize', { processId: process.pid, rootUri: `file://${WORK}`, capabilities });
  server.send('initialized', {});
  server.send('textDocument/didOpen', { textDocument: { ...textDocument, languageId: 'typescript', version: 1, text } });
  return {
    ...server,
    diagnose: () => server.ask('textDocument/diagnostic', { textDocument }),
    hover: () => server.ask('textDocument/hover', { textDocument, position: at }),
    complete: async () =>
      mustOffer(await server.ask('textDocument/completion', { textDocument, position: at, context: { triggerKind: 1 } })),
    edit: async (round) =>
      server.send('textDocument/didChange', {
        textDocument: { ...textDocument, version: round + 2 },
        contentChanges: [{ text: `/* ${round} */ ${text}` }],
      }),
  };
}

/** Names that a completion offers; without the right one among them its time means nothing. */
function mustOffer(answer) {
  const items = answer.body?.entries ?? answer.result?.items ?? answer.result ?? [];
  const names = items.map((item) => item.name ?? item.label);
  if (!names.includes('build')) throw new Error(`'build' is not offered, but: ${names.slice(0, 9).join(', ')}`);
}

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
async function medianOf(work) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timed(() => work(round)));
  return median(times);
}

mkdirSync(WORK, { recursive: true });
writeFileSync(FILE, text);
const compilerOptions = { noEmit: true, strict: true, target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext' };
writeFileSync(
  join(WORK, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: { ...compilerOptions, types: [], experimentalDecorators: true, skipLibCheck: true },
    files: ['chain.ts'],
  }),
);
let slow = 0;
try {
  for (const [version, begin] of [
    ['6.0', tsserver],
    ['7.0', lsp],
  ]) {
    const server = await begin();
    const first = await timed(() => server.diagnose());
    const hover = await medianOf(() => server.hover());
    const completion = await medianOf(() => server.complete());
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      await server.edit(round);
      times.push(await timed(() => server.complete()));
    }
    server.end();
    const shown = (time) => `${time.toFixed(0)} ms`;
    console.log(
      `TypeScript ${version}: first check ${shown(first)}, hover ${shown(hover)}, completion ${shown(completion)}, completion after an edit ${shown(median(times))}`,
    );
    slow += [hover, completion].filter((time) => time > LIMIT_MS).length;
  }
} finally {
  rmSync(WORK, { recursive: true, force: true });
}
if (slow > 0 && !process.argv.includes('--relaxed')) process.exitCode = 1;

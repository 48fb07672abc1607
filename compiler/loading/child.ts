/**
 * The program in which `flowproof check --load` loads modules, away from the checker: it says what flows each of them
 * builds. Its output belongs to the modules; it talks by a channel that they can't see.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { FlowDefinition } from '#authoring';
import { describe } from '#compilation';
import { callerOutside } from './caller.js';
import { ABOUT, type BuiltFlow, type LoadAnswer, type LoadRequest } from './protocol.js';

const send = process.send?.bind(process);
if (send === undefined) throw new Error('this program is started by flowproof check --load');
// Some modules greet whoever started them.
for (const name of ['send', 'channel', 'disconnect', 'connected'] as const) Reflect.deleteProperty(process, name);

interface Built {
  readonly definition: FlowDefinition;
  readonly builtIn: string | undefined;
}
let built: Built[] = [];
Reflect.set(globalThis, Symbol.for('flowproof.built'), (definition: FlowDefinition) => {
  built.push({ definition, builtIn: callerOutside() });
});

process.once('disconnect', () => process.exit());
process.once('message', (request: LoadRequest) => void loadAll(request));

async function loadAll({ modules }: LoadRequest): Promise<void> {
  process.on('uncaughtExceptionMonitor', (error) => void answer({ flows: [], trouble: inSentence(error), end: true }));
  for (const module of modules) {
    built = [];
    // The next module may end the process: this answer has to be on its way before.
    await answer(await load(module)).catch((error: unknown) => answer({ flows: [], trouble: inSentence(error) }));
  }
}

async function answer(content: Omit<LoadAnswer, 'about'>): Promise<void> {
  await new Promise((resolve) => send?.({ about: ABOUT, ...content }, undefined, undefined, resolve));
}

async function load(module: string): Promise<Omit<LoadAnswer, 'about'>> {
  try {
    await import(pathToFileURL(module).href);
    return { flows: built.map(described) };
  } catch (error) {
    return { flows: [], trouble: inSentence(error) };
  }
}

function described({ definition, builtIn }: Built): BuiltFlow {
  const { shape } = describe(definition);
  return { shape, ...(builtIn === undefined ? {} : { builtIn: builtIn.startsWith('file:') ? fileURLToPath(builtIn) : builtIn }) };
}

function inSentence(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${inspect(error)}`;
  return text.split('\n')[0] ?? text;
}

/**
 * The program in which `flowproof check --load` loads modules, away from the checker: it says what flows each of them
 * builds. What it prints is the modules' own, and is read nowhere: it sends messages over the channel to its parent, where messages
 * that modules send are passed over.
 */
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { FlowDefinition } from '#authoring';
import { describe } from '#compilation';
import { callerOutside, type JavaScriptPlace } from './caller.js';
import { ABOUT, type BuiltFlow, type LoadAnswer, type LoadRequest } from './protocol.js';

const send = process.send?.bind(process);
if (send === undefined) throw new Error('this program is started by flowproof check --load');

interface Built {
  readonly definition: FlowDefinition;
  readonly builtAt: JavaScriptPlace | undefined;
}
let built: Built[] = [];
Reflect.set(globalThis, Symbol.for('flowproof.built'), (definition: FlowDefinition) => {
  built.push({ definition, builtAt: callerOutside() });
});

process.once('disconnect', () => process.exit());
// At the top level: Node.js has an exit code of its own for what is waited for here and never comes.
await loadAll(await new Promise((resolve) => process.once('message', resolve)));

async function loadAll({ modules }: LoadRequest): Promise<void> {
  // A module that waits for nothing that could happen is to end the process, and not to wait for its deadline.
  process.channel?.unref();
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
  } catch (error) {
    // What it built until then is as true as it would be without.
    return { flows: built.map(described), trouble: inSentence(error) };
  }
  return { flows: built.map(described) };
}

function described({ definition, builtAt }: Built): BuiltFlow {
  const { shape } = describe(definition);
  return { shape, ...(builtAt === undefined ? {} : { builtAt }) };
}

function inSentence(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${inspect(error)}`;
  return text.split('\n')[0] ?? text;
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are sources
/** Sources that try to get hold of what is not theirs: every way to name, call, change and copy something, with everything that there is. */

/** What a program may begin with. `Reached` is left by code that was made out of a text, and run. */
export const PRELUDE = `import * as library from 'flowproof';
import { defineTask, flowproof, graph, linear, Retry, Task, times, use } from 'flowproof';
export const code = 'globalThis.reached = true';
export const task = defineTask({ name: 'task', execute: () => {} });
@Task({ name: 'marked' }) class Marked { execute() { return {}; } static own = 1; get got(): any { return this; } }
class Plain { field = [1, 2]; method(...given: any[]): any { return given; } }
class Derived extends Plain { other = super.method(1); }
export const built = linear('built').add(task).build();
const list: any = [1, 'two', [3], { four: 4 }];
const record: any = { a: 1, b: [2], c() { return this; }, get d() { return record; } };
const map: any = new Map([['a', 1]]);
const set: any = new Set(['a']);
const sum: any = function (a: any, b: any) { return a + b; };
const arrow: any = (...all: any[]) => all;
const marks: any = [Task({ name: 'x' }), Retry({}), new Plain(), new Derived()];
`;

/** Beginnings of programs that the prelude declares. */
const DECLARED = [
  ...['library', 'library.linear', 'linear', 'graph', 'defineTask', 'Task', 'Retry', 'times', 'use', 'flowproof', 'task', 'built', 'code'],
  ...[
    'Marked',
    'new Marked()',
    'Plain',
    'new Plain()',
    'new Derived()',
    'list',
    'record',
    'map',
    'set',
    'sum',
    'arrow',
    'marks[0]',
    'marks[1]',
  ],
  ...[
    "linear('f')",
    "linear('f').add(task)",
    'linear.open',
    'times(2)',
    'use(task, {})',
    "'text'",
    '(1)',
    '/x/',
    '1n',
    'null',
    'undefined',
  ],
  ...['[]', '({})', '(() => 0)', '(function () {})', '(class {})', 'import.meta', "import('node:fs')", "require('node:fs')", 'globalThis'],
];

/** Programs that name something of the process, in one expression each: all globals, and all that they have. */
export function paths(): readonly string[] {
  const globals = Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Za-z]\w*$/.test(name));
  const beginnings = [...DECLARED, ...globals];
  return beginnings.flatMap((begin) => [begin, ...keysOf(begin, globals).map((key) => `${begin}${key}`)]);
}

/** Names that lead from a value to what made it. */
const LEADING = ['constructor', '__proto__', 'prototype', 'call', 'apply', 'bind', 'toString', 'valueOf', 'name', 'length', 'compile'];

function keysOf(begin: string, globals: readonly string[]): readonly string[] {
  const value: unknown = globals.includes(begin) ? Reflect.get(globalThis, begin) : undefined;
  const own = typeof value === 'object' || typeof value === 'function' ? Object.getOwnPropertyNames(value ?? {}) : [];
  const prototype: unknown = typeof value === 'function' ? value.prototype : undefined;
  const inherited = typeof prototype === 'object' && prototype !== null ? Object.getOwnPropertyNames(prototype) : [];
  const dotted = [...LEADING, ...own].filter((key) => /^\w+$/.test(key)).map((key) => `.${key}`);
  const deep = inherited.filter((key) => /^\w+$/.test(key)).map((key) => `.prototype.${key}`);
  const computed = ["['con' + 'structor']", "['__pro' + 'to__']", '[Symbol.iterator]', '.constructor.constructor', '.map.constructor'];
  return [...new Set([...dotted, ...deep, ...computed])];
}

/** What a program does with what it has named; `P` is that, `Q` something else. */
export const DEEDS: readonly string[] = [
  'return P;',
  'return P();',
  'return P(code);',
  "return P('x', code);",
  'return P(Q);',
  'return P(P, Q);',
  'return P(() => Q);',
  'return new P();',
  'return new P(code);',
  'return new P(code)();',
  'return P`${code}`;',
  'P = Q;',
  'P.push = Q;',
  'P.then = () => Q;',
  'P[0] = Q;',
  "P['__proto__'] = Q;",
  'P.prototype = Q;',
  'P.constructor = Q;',
  'P += 1;',
  'P.length = 0;',
  'delete P;',
  'delete P.name;',
  'return { ...P };',
  'return [...P];',
  'return arrow(...P);',
  'const { constructor: made, ...others } = P; return [made, others, made(code)];',
  'const { __proto__: base } = P; base.push = Q; return base;',
  'const [first, ...rest] = P; return first ?? rest;',
  'class Extended extends P { static s = Q; field = super.constructor; } return new Extended().field;',
  'class Extended extends P { static prototype = Q; [Q] = 1; get name() { return Q; } } return Extended;',
  'const o: any = { __proto__: P, get g() { return P; }, set g(v) { v; }, [P]: Q }; return [o, o.push, o.g];',
  "const o: any = { ['__proto__']: P }; return o.constructor(code);",
  'return [code].map(P);',
  'return [code, code].reduce(P);',
  'return ["x"].flatMap(P).concat([P]).find(P);',
  'return [[code], [code]].sort(P);',
  "return 'x'.replace('x', P);",
  'return Array.from([code], P);',
  'return Array.from(P);',
  'return Object.entries(P);',
  'return Object.values(P)[0];',
  'return Object.entries(P).flat();',
  'return Object.values(Object.values(P)[0]);',
  'return [P].concat(Object.values(P)).at(-1);',
  'return Object.fromEntries([["a", P]]).a;',
  'return Object.assign(P, { push: Q });',
  'return Object.assign({}, P);',
  'return Object.keys(Object.freeze(P));',
  'return Object.keys(P).map((key) => P[key]);',
  'return JSON.parse(\'["x", {"__proto__": 1}]\', P);',
  'return JSON.stringify({ a: P }, Q);',
  'return String(P) + Number(P) + `${P}` + Boolean(P);',
  'return P + Q < P;',
  'return P == Q || P instanceof Q || "a" in P || typeof P;',
  'for (const one of P) return one;',
  'for (const key in P) return P[key];',
  'return Reflect.apply(P, Q, [code]);',
  'return Reflect.get(P, "constructor");',
  'Reflect.set(P, "push", Q);',
  'return Object.defineProperty(P, "push", { value: Q });',
  'return Object.getPrototypeOf(P);',
  'return Object.setPrototypeOf(P, Q);',
  'return P.call(Q, code);',
  'return P.apply(Q, [code]);',
  'return P.bind(Q)(code);',
  'return P?.(code) ?? P?.[Q];',
  'list.constructor = P; return list.map((one: any) => one);',
  'list.push(P); return list.at(-1);',
  'map.set(P, Q); return [...map.keys(), ...map.entries()];',
  'set.add(P); return [...set][1];',
  'record.toString = P; return `${record}` + record;',
  'record.valueOf = () => P; return +record;',
  'sum.prototype.x = P; return new sum();',
  'Marked.prototype.execute = P; return linear("f").add(Marked).build();',
  'return Task(P)(Q);',
  'Task({ name: "x" })(P);',
  'return defineTask(P);',
  'return defineTask({ name: P, requires: P, provides: [Q], execute: P, revert: Q });',
  'return linear(P, Q).input(P).add(P, Q).retry(P).returns(P).build();',
  'return graph("g").add(P).add({ ...P, q: Q }).link(P, Q, { decider: P }).target(P).build();',
  'return linear("f").constructor(code);',
  'return linear("f").build.constructor(code)();',
  'return linear("f")[P](Q);',
  'return linear("f").switch("s", P, Q, P).when(P, Q, P, Q).build();',
  "return linear('f').add({ '~flowproof': { kind: 'flow', definition: P } }).add({ '~flowproof': P }).build();",
  "return flowproof({ flows: [P, { '~flowproof': { kind: 'flow', definition: Q } }] });",
  "return linear('f').input({ '~standard': { version: 1, vendor: 'x', validate: P, jsonSchema: { input: Q } } }).build();",
  'return (async () => (await P).then(Q))();',
  'function again(): any { return P(again); } return again();',
  'try { return P(); } catch (error) { return (error as any).constructor; } finally { Q; }',
  'switch (P) { case Q: return P; default: return Q; }',
  'let x: any = P; x ||= Q; x++; x.y = P; return x;',
  'return eval(code) ?? Function(code)() ?? new Function(code)();',
];

/** One program for a deed. */
export function program(deed: string, p: string, q: string): string {
  return deed.replace(/\b([PQ])\b/g, (_, name: string) => (name === 'P' ? `(${p} as any)` : `(${q} as any)`));
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are sources
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import type { Finding } from '../../compiler/findings/finding.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-limits-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2023', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, types: [] },
  paths: { flowproof: [join(ROOT, 'dist/index.d.ts')] },
};
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));

/** The name of the flow is what would take too long; `sure` is there whatever happens. */
function findingsIn(body: string): readonly string[] {
  return checked(body).map(({ code }) => code);
}

function checked(body: string): readonly Finding[] {
  const source = `import { defineTask, graph, linear } from 'flowproof';
const task = defineTask({ name: 'task', execute: () => {} });
export const sure = linear('sure').add(task).build();
export function made(): any {
  const list: any[] = ['text'];
  ${body}
}
`;
  writeFileSync(join(folder, 'made.ts'), source);
  const reading = readProject(openProject([join(folder, 'tsconfig.json')]));
  expect(reading.flows.map(({ name }) => name)).toContain('sure');
  return check(reading);
}

/** Each would take hours, or all memory, if it were done. */
const ENDLESS: Readonly<Record<string, string>> = {
  'a text that is repeated': "return linear('x'.repeat(2 ** 29 - 30) + list).build();",
  'a text that is filled up': "return linear('x'.padEnd(500_000_000)).build();",
  'a text that doubles': "let s = 'x'; for (let i = 0; i < 60; i++) s += s; return linear(s).build();",
  'a template that doubles': 'let s: string = "x"; for (let i = 0; i < 60; i++) s = `${s}${s}`; return linear(s).build();',
  'a text that replaces itself': "let s = '$`x'; for (let i = 0; i < 40; i++) s = s.replaceAll('x', s); return linear(s).build();",
  'a list of any length': 'return linear(Array.from({ length: 4_000_000_000 }).join()).build();',
  'a list with a hole': "list[4_000_000_000] = 'x'; return linear([...list].join()).build();",
  'a list that is made longer': 'list.length = 4_000_000_000; return linear([...list].join()).build();',
  'a list that doubles': 'for (let i = 0; i < 60; i++) list.push(...list); return linear(list.join()).build();',
  'lists of lists that double': 'let l: any = list; for (let i = 0; i < 60; i++) l = l.concat(l); return linear(l.join()).build();',
  'a list of itself': 'let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear(String(l) + l).build();',
  'a list of itself, as JSON': 'let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear(JSON.stringify(l)).build();',
  'a list of itself, made flat':
    'let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear(l.flat(Infinity).join()).build();',
  'a list of itself, as a number': "let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear('x'.at(l) + -l).build();",
  'a list of itself, by a callback':
    "let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear('x'.replace('x', () => l)).build();",
  'a list of itself, sorted': 'let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear([l, l].sort().join()).build();',
  'a list of itself, as options':
    'let l: any = list; for (let i = 0; i < 60; i++) l = [l, l]; return linear("f", { version: l }).add(task, l).build();',
  'options that hold themselves': "const o: any = {}; o.self = o; return linear('f', o).add(task, { inject: o }).build();",
  'JSON that holds itself': 'const o: any = {}; o.self = o; return linear(JSON.stringify(o)).build();',
  'a loop without end': 'for (;;) list.push(task); return linear("f").build();',
  'a function that calls itself': 'const f = (n: number): any => f(n + 1); return linear(f(0)).build();',
  'a getter that calls itself': 'class A { get a(): any { return this.a; } } return linear(new A().a).build();',
  'functions that call each other twice':
    'const f = (n: number): any => (n > 90 ? "x" : f(n + 1) + f(n + 1)); return linear(f(0)).build();',
};

/** None of these is a flow, and none is a mistake of the checker. */
const ODD: Readonly<Record<string, string>> = {
  'a decorator that is a class': '@(class {} as any) class Marked { execute() {} } return linear("f").add(Marked as never).build();',
  'a setter that sets itself': 'class A { set a(value: any) { this.a = value; } } const a = new A(); a.a = 1; return linear("f").build();',
  'a class that makes itself': 'class A { static { void new A(); } b: any = new A(); } return linear(String(new A())).build();',
  'classes that extend each other': 'class A extends (B as any) {} class B extends A {} return linear("f").add(new B() as never).build();',
  'a base that is none': 'class A extends (null as any) { constructor() { super(); } } return linear("f").add(new A() as never).build();',
  'patterns of nothing':
    'let a: any, b: any; [a, [b]] = [1] as any; ({ a: { b } } = {} as any); ({ ...a } = null as any); return linear(b).build();',
  'a generator without end': 'function* g(): any { for (;;) yield g(); } const [a] = g(); return linear(a).build();',
  'a static block without end': 'class A { static f: any; static { for (;;) list.push(1); } } return linear("f").add(A.f).build();',
  'prototypes that are assigned':
    'const a: any = {}; a.__proto__.x = 1; [a.__proto__] = [null]; delete a.__proto__; for (a.__proto__ of [1]); return linear("f").build();',
  'a function as itself': 'const f: any = () => linear("f"); return f.call.call.call(f).build();',
};

describe('what only looks like a flow is no mistake of the checker', () => {
  test.each(Object.entries(ODD))('%s', (_, body) => {
    expect(findingsIn(body)).not.toContain('SYNTAX_ERROR');
  });
});

test('a cycle of many nodes is said by its beginning and its end', () => {
  const body = `
  let flow: any = graph('circle').add(Object.fromEntries(Array.from({ length: 300 }, (_, index) => ['n' + index, task])));
  for (let index = 0; index < 300; index++) flow = flow.link('n' + index, 'n' + ((index + 1) % 300));
  return flow.build();`;
  const [cycle, ...others] = checked(body).filter(({ code }) => code === 'CYCLE');
  expect(others).toEqual([]);
  expect(cycle?.message).toMatch(/^flow 'circle' has a cycle: (n\d+ --link--> ){3}n\d+ … 294 more … (--link--> n\d+ ?){3}$/);
  expect(cycle?.related).toHaveLength(6);
});

describe('a source that would take too long is read as far as it goes', () => {
  test.each(Object.entries(ENDLESS))('%s', (_, body) => {
    expect(findingsIn(body)).toContain('NOT_STATIC');
  });
});

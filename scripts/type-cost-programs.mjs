/** The programs that scripts/type-cost.mjs measures. They import the sources by a path that holds in build/. */
const AUTHORING = '../../src/authoring/index.js';

const SIZES = [10, 50, 100, 200, 500];
const NAMES = ['chained', 'options', 'open', 'nested', 'unordered', 'graph by 20', 'graph by 100'];
export const PATTERNS = NAMES.flatMap((pattern) => SIZES.map((size) => ({ pattern: pattern.replaceAll(' ', '-'), size })));

const numbers = (size) => Array.from({ length: size }, (_, index) => index);
/** Every number below `size` once, far from its neighbours. */
const shuffled = (indexes) => [...indexes].sort((a, b) => ((a * 7919 + 13) % 100_003) - ((b * 7919 + 13) % 100_003));
function groups(size, of) {
  return numbers(Math.ceil(size / of)).map((group) => numbers(size).slice(group * of, (group + 1) * of));
}

/** Each task takes what the one before gives and something from further back, and gives two values. */
function tasks(size, chained) {
  const lines = [`import { builders, Task } from '${AUTHORING}';`];
  for (const index of numbers(size)) {
    const far = index > 3 ? (index * 7919) % (index - 1) : -1;
    const sources = chained ? [index - 1, far].filter((source) => source >= 0) : [];
    const inputs = [...sources.map((source) => `v${source}: V${source}`), ...(index % 5 === 0 ? ['zone?: string'] : [])];
    const names = inputs.map((input) => `'${input.split(':')[0]}'`);
    lines.push(
      `export interface V${index} { readonly id: string; readonly f${index}: number }`,
      `@Task({ name: 't${index}', requires: [${names.join(', ')}], provides: ['v${index}', 'w${index}'] })`,
      `export class T${index} {`,
      `  execute(_: { ${inputs.join('; ')} }): { v${index}: V${index}; w${index}: string } { throw new Error(String(_)); }`,
      '}',
    );
  }
  return lines.join('\n');
}

export function program(pattern, size) {
  // An unordered flow has no values from siblings: its tasks take none, and are its own base.
  const base = tasks(size, pattern !== 'unordered');
  const head = "export const { graph, linear, unordered } = builders(() => ({ name: '', version: 1, fingerprint: '' }));";
  return `${base}\n${head}\n${flow(pattern, size)}\n`;
}

function flow(pattern, size) {
  const all = numbers(size);
  const batches = (of) =>
    `export const flow = graph('f')${groups(size, of)
      .map(
        (group) =>
          `.add({ ${shuffled(group)
            .map((index) => `n${index}: T${index}`)
            .join(', ')} })`,
      )
      .join('\n')}.build();`;
  switch (pattern) {
    case 'tasks':
      return '';
    case 'chained':
      return `export const flow = linear('f')${all.map((index) => `\n.add(T${index})`).join('')}.build();`;
    case 'options':
      return `export const flow = linear('f')${all
        .map((index) =>
          index % 2 ? `\n.add(T${index}, { name: 'x${index}', rebind: { v${index - 1}: 'v${index - 1}' } })` : `\n.add(T${index})`,
        )
        .join('')}.build();`;
    case 'open':
      return `export const flow = linear.open('f')${all.map((index) => `\n.add(T${index})`).join('')}.build();`;
    case 'unordered':
      return `export const flow = unordered('f')${all.map((index) => `\n.add(T${index})`).join('')}.build();`;
    case 'nested':
      return [
        ...groups(size, 10).map(
          (group, part) => `const p${part} = linear.open('p${part}')${group.map((index) => `.add(T${index})`).join('')}.build();`,
        ),
        `export const flow = linear('f')${groups(size, 10)
          .map((_, part) => `\n.add(p${part})`)
          .join('')}.build();`,
      ].join('\n');
    case 'graph-by-20':
      return batches(20);
    case 'graph-by-100':
      return batches(100);
    default:
      throw new Error(`there is no pattern ${pattern}`);
  }
}

import { describe, expect, test } from 'vitest';
import { forEach, forEachOf } from '../../src/authoring/index.js';
import type { DiagnosticCode } from '../../src/model/diagnostics.js';
import { type AnyGraph, graph, linear, unordered } from './graph-tasks.js';
import { errorsOf, task } from './tasks.js';

const image = task('fetch', [], ['image']);
const boot = task('boot', ['image']);
const decider = () => true;

/** What types refuse, got past them; the sentences are those of the types. */
const WRONG: readonly (readonly [DiagnosticCode, string, AnyGraph, readonly string[]])[] = [
  [
    'NOT_PROVIDED',
    'by nodes or inputs',
    graph('g').add({ boot }),
    ["g/boot flow 'g' needs 'image' here, which neither its nodes nor its inputs provide"],
  ],
  [
    'SIBLING_VALUE',
    'in an unordered flow',
    unordered('u').add(image).add(boot),
    ["u/boot flow 'u' has 'image' from a sibling, which an unordered flow does not wait for: use linear or graph"],
  ],
  [
    'SIBLING_VALUE',
    'read from deeper down, by a sibling that comes first',
    unordered('u').add(linear.open('in').add(boot).build()).add(image),
    ["u/in/boot flow 'u' has 'image' from a sibling, which an unordered flow does not wait for: use linear or graph"],
  ],
  [
    'SEVERAL_PROVIDERS',
    'in a graph',
    graph('g').add({ a: image, b: image, boot }),
    [
      "g/a flow 'g' has several nodes that provide 'image': rename it with use(…, { provides })",
      "g/b flow 'g' has several nodes that provide 'image': rename it with use(…, { provides })",
    ],
  ],
  [
    'ALREADY_PROVIDED',
    'an input',
    graph('g').input(['image']).add({ a: image }),
    ["g/a flow 'g' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'ALREADY_PROVIDED',
    'siblings',
    unordered('u').add(image).add(image, { name: 'b' }),
    ["u/b flow 'u' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'DUPLICATE_NODE',
    'in two batches',
    graph('g')
      .add({ a: task('x') })
      .add({ a: task('y') }),
    ["g/a flow 'g' has a node named 'a' already: give this one another 'name'"],
  ],
  [
    'CYCLE',
    'of values: only the nodes that lie on it',
    graph('g').add({
      p: task('p', ['b'], ['a']),
      q: task('q', ['a'], ['c']),
      s: task('s', ['c'], ['b']),
      z: task('z', ['a']),
      first: task('first', [], ['w']),
    }),
    ["g flow 'g' has a cycle through 'p', 'q', 's': each waits for another one"],
  ],
  [
    'CYCLE',
    'of one node',
    graph('g').add({ self: task('self', ['a'], ['a']) }),
    ["g flow 'g' has a cycle through 'self': each waits for another one"],
  ],
  [
    'CYCLE',
    'of links',
    graph('g')
      .add({ a: task('a'), b: task('b') })
      .link('a', 'b')
      .link('b', 'a'),
    ["g flow 'g' has a cycle through 'a', 'b': each waits for another one"],
  ],
  [
    'CYCLE',
    'of a link and a value',
    graph('g').add({ a: image, b: boot }).link('b', 'a'),
    ["g flow 'g' has a cycle through 'a', 'b': each waits for another one"],
  ],
  [
    'CYCLE',
    'of nested flows',
    graph('g').add({
      left: linear
        .open('left')
        .add(task('l', ['r'], ['l']))
        .build(),
      right: linear
        .open('right')
        .add(task('r', ['l'], ['r']))
        .build(),
    }),
    ["g flow 'g' has a cycle through 'left', 'right': each waits for another one"],
  ],
  ['UNKNOWN_NODE', 'in a link', graph('g').add({ a: image }).link('a', 'b'), ["g flow 'g' can't link 'b', which is none of its nodes"]],
  [
    'BAD_DECIDER',
    'no function',
    graph('g').add({ a: image, b: boot }).link('a', 'b', { decider: 1 }),
    ["g flow 'g' links 'a' to 'b' with a decider that is no function"],
  ],
  ...[{ decider, depth: 'deep' }, { depth: 'all' }].map((options): [DiagnosticCode, string, AnyGraph, readonly string[]] => [
    'BAD_DEPTH',
    JSON.stringify(options),
    graph('g').add({ a: image, b: boot }).link('a', 'b', options),
    [`g flow 'g' links 'a' to 'b' with the depth '${options.depth}': say 'all', 'flow', 'neighbors' or 'atom' beside a decider`],
  ]),
  [
    'UNKNOWN_OPTION',
    'of a link',
    graph('g').add({ a: image, b: boot }).link('a', 'b', { dpeth: 'all' }),
    ["g flow 'g' gives the unknown option 'dpeth'"],
  ],
  [
    'NOT_A_NODE',
    'a batch that is a task, a builder in a batch',
    graph('g')
      .add(image)
      .add({ x: linear('x') }),
    [
      "g/undefined flow 'g' adds something that is neither a task nor a built flow: decorate the class with @Task, or call .build()",
      "g/x flow 'g' adds something that is neither a task nor a built flow: call .build()",
    ],
  ],
  [
    'MAYBE_ABSENT',
    'after when',
    linear('f').when('c', [], decider, image).add(boot),
    ["f/boot flow 'f' may skip what provides 'image': only an optional input can take it"],
  ],
  [
    'MAYBE_ABSENT',
    'after a switch of which one branch gives it',
    linear('f')
      .switch('c', [], () => 'a', { a: image, b: task('b') })
      .add(boot),
    ["f/boot flow 'f' may skip what provides 'image': only an optional input can take it"],
  ],
  [
    'MISSING_VALUE',
    'that a choice reads',
    linear('f').when('c', ['size'], decider, image),
    ["f/c flow 'f' needs 'size' here, which nothing before it provides"],
  ],
  ['BAD_CHOICE', 'no function', linear('f').when('c', [], true, image), ["f/c flow 'f' chooses in 'c' by something that is no function"]],
  [
    'RETRY_VALUE_TAKEN',
    'by an input',
    linear('f')
      .input(['zone'])
      .retry(forEach('zone', [1])),
    ["f/(retry) flow 'f' has 'zone' already: let the retry give another name"],
  ],
  [
    'ALREADY_PROVIDED',
    'by the retry',
    graph('f')
      .retry(forEach('image', [1]))
      .add({ image }),
    ["f/image flow 'f' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'RETRY_WITHOUT_VALUES',
    'an empty list',
    linear('f').retry(forEach('zone', [])),
    ["f/(retry) flow 'f' tries 'zone' with an empty list: give at least one value"],
  ],
  [
    'MISSING_VALUE',
    'the list of a retry',
    linear('f').retry(forEachOf('zones', 'zone')),
    ["f/(retry) flow 'f' needs 'zones' here, which nothing before it provides"],
  ],
];

describe('compile() says what is wrong', () => {
  test.each(WRONG)('%s: %s', (code, _, builder, expected) => {
    expect(errorsOf(builder.build())).toEqual(expected.map((line) => line.replace(' ', ` [${code}] `)));
  });
});

import { z } from 'zod';
import { factory, forEach, times } from '../../src/index.js';
import { task, untyped } from './tasks.js';
import type { WrongFlow } from './wrong-values.js';

const flow = () => untyped('flow');
const image = task('fetch', [], ['image']);

/** Of names, options and retries. */
export const WRONG_NAMES: readonly WrongFlow[] = [
  [
    'DUPLICATE_NODE',
    'the same task twice',
    flow().add(task('a')).add(task('a')),
    ["flow/a [DUPLICATE_NODE] flow 'flow' has a node named 'a' already: give this one another 'name'"],
  ],
  [
    'DUPLICATE_NODE',
    'a task and a flow',
    flow().add(task('a')).add(task('b'), { name: 'c' }).add(untyped('c').build()),
    ["flow/c [DUPLICATE_NODE] flow 'flow' has a node named 'c' already: give this one another 'name'"],
  ],
  [
    'UNKNOWN_INPUT',
    'rebind and inject of what a task does not take',
    flow()
      .add(image)
      .add(task('boot', ['image']), { rebind: { imgae: 'image' }, inject: { siez: 1 } }),
    ["flow/boot [UNKNOWN_INPUT] there is no input 'imgae' to rebind", "flow/boot [UNKNOWN_INPUT] there is no input 'siez' to inject"],
  ],
  [
    'UNKNOWN_INPUT',
    'rebind and inject of what an open flow does not take',
    flow()
      .add(image)
      .add(
        untyped
          .open('part')
          .add(task('boot', ['image']))
          .build(),
        { rebind: { imgae: 'image' }, inject: { siez: 1 } },
      ),
    ["flow/part [UNKNOWN_INPUT] there is no input 'imgae' to rebind", "flow/part [UNKNOWN_INPUT] there is no input 'siez' to inject"],
  ],
  [
    'UNKNOWN_INPUT',
    'rebind for a flow that takes nothing',
    flow()
      .add(image)
      .add(untyped('part').add(task('boot')).build(), { rebind: { x: 'image' } }),
    ["flow/part [UNKNOWN_INPUT] there is no input 'x' to rebind"],
  ],
  [
    'UNKNOWN_OUTPUT',
    'a renamed output that is none',
    flow().add(image, { provides: { imgae: 'disk' } }),
    ["flow/fetch [UNKNOWN_OUTPUT] there is no output 'imgae' to rename"],
  ],
  [
    'UNKNOWN_OUTPUT',
    'a renamed output that the nested flow does not return',
    flow().add(untyped('inner').add(image).returns().build(), { provides: { image: 'disk' } }),
    ["flow/inner [UNKNOWN_OUTPUT] there is no output 'image' to rename"],
  ],
  [
    'UNKNOWN_RETURN',
    'what nothing in the flow provides',
    flow().input(['size']).add(image).returns('image', 'size', 'toString'),
    [
      "flow [UNKNOWN_RETURN] flow 'flow' can't return 'size', which nothing in it provides",
      "flow [UNKNOWN_RETURN] flow 'flow' can't return 'toString', which nothing in it provides",
    ],
  ],
  [
    'UNKNOWN_OPTION',
    'of a node and of a flow',
    untyped('flow', { versoin: 2 }).add(image, { overide: true }),
    [
      "flow [UNKNOWN_OPTION] flow 'flow' gives the unknown option 'versoin'",
      "flow/fetch [UNKNOWN_OPTION] flow 'flow' gives the unknown option 'overide'",
    ],
  ],
  [
    'NAME_INVALID',
    'empty names, names with a slash, names of ours',
    untyped('')
      .add(task('a/b'))
      .add(task('c'), { name: '(retry)' })
      .add(task('d\0'))
      .add(task('e\ud800'))
      .add(task('f'), { name: Symbol('f') as unknown as string })
      .add(
        class {
          execute() {}
        },
      ),
    [
      " [NAME_INVALID] '' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/a/b [NAME_INVALID] 'a/b' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/(retry) [NAME_INVALID] '(retry)' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/d\\u0000 [NAME_INVALID] 'd\\u0000' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/e\\ud800 [NAME_INVALID] 'e\\ud800' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/(symbol) [NAME_INVALID] '(symbol)' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
      "/function [NOT_A_NODE] flow '' adds something that is neither a task nor a built flow: decorate the class with @Task, or call .build()",
    ],
  ],
  [
    'VALUE_NAME_INVALID',
    'words of the codec, the prototype, names that a store would not keep; of tasks, placements, retries and inputs',
    flow()
      .input(['~in'])
      .retry(forEach('~tried' as string as 'tried', [1]))
      .add(task('a', ['~in'], ['__proto__']))
      .add(task('b', ['fine'], ['b']), { rebind: { fine: '~in' }, provides: { b: '' } })
      .add(task('c', [], ['nul\0', 'half\ud800', 'a~b', 'proto'])),
    [
      "flow [VALUE_NAME_INVALID] '~in' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/(retry) [VALUE_NAME_INVALID] '~tried' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/a [VALUE_NAME_INVALID] '~in' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/a [VALUE_NAME_INVALID] '__proto__' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/b [VALUE_NAME_INVALID] '~in' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/b [VALUE_NAME_INVALID] '' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/c [VALUE_NAME_INVALID] 'nul\\u0000' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
      "flow/c [VALUE_NAME_INVALID] 'half\\ud800' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
    ],
  ],
  [
    'NOT_A_NODE',
    'a class without decorator, a builder, an instance, a factory, nothing',
    flow()
      .add(class Plain {})
      .add(untyped('unbuilt'))
      .add({ name: 'made', execute: () => {} })
      .add(factory('copies', () => untyped('copies').build()))
      .add(undefined),
    [
      "flow/Plain [NOT_A_NODE] flow 'flow' adds something that is neither a task nor a built flow: decorate the class with @Task, or call .build()",
      "flow/object [NOT_A_NODE] flow 'flow' adds something that is neither a task nor a built flow: call .build()",
      "flow/made [NOT_A_NODE] flow 'flow' adds something that is neither a task nor a built flow: give the class, not an instance of it",
      "flow/copies [NOT_A_NODE] flow 'flow' adds something that is neither a task nor a built flow: it is a factory, call it with what its flow is made from",
      "flow/undefined [NOT_A_NODE] flow 'flow' adds something that is neither a task nor a built flow: decorate the class with @Task, or call .build()",
    ],
  ],
  [
    'NESTED_SCHEMA',
    'a flow that parses its inputs, inside another one',
    flow().add(
      untyped('inner')
        .input(z.object({ size: z.coerce.number() }))
        .build(),
    ),
    [
      "flow/inner [NESTED_SCHEMA] flow 'inner' parses its input with a schema, which only a flow that is run itself can: to nest it, declare its inputs with .input<…>()",
    ],
  ],
  [
    'NOT_A_RETRY',
    'a number',
    flow().retry(3),
    [
      "flow/(retry) [NOT_A_RETRY] flow 'flow' is given something that is no retry: use times, forEach, forEachOf, alwaysRevert or alwaysRevertAll, or write onFailure()",
    ],
  ],
  [
    'NOT_A_RETRY',
    'a class without onFailure',
    flow().retry(class Nothing {}),
    [
      "flow/(retry) [NOT_A_RETRY] flow 'flow' is given something that is no retry: use times, forEach, forEachOf, alwaysRevert or alwaysRevertAll, or write onFailure()",
    ],
  ],
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (attempts): WrongFlow => [
      'BAD_ATTEMPTS',
      `times(${attempts})`,
      flow().retry(times(attempts)),
      [`flow/(retry) [BAD_ATTEMPTS] times(${attempts}) makes no sense: give a whole number of attempts of at least 1`],
    ],
  ),
];

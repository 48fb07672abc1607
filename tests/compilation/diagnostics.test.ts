import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FlowDefinitionError, factory, forEach, Task, times } from '../../src/index.js';
import type { DiagnosticCode } from '../../src/model/diagnostics.js';
import { type AnyBuilder, compiled, errorsOf, task, untyped } from './tasks.js';

const flow = () => untyped('flow');
const image = task('fetch', [], ['image']);

/** What types refuse, got past them. */
const WRONG: readonly (readonly [DiagnosticCode, string, AnyBuilder, readonly string[]])[] = [
  [
    'MISSING_VALUE',
    'a closed flow without inputs',
    flow().add(task('boot', ['image', 'zone?'])),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'a provider that comes later',
    flow()
      .add(task('boot', ['image']))
      .add(image),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'what only revert needs',
    flow().add(task('boot', [], [], { revertRequires: ['token'] })),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'token' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'an input that the list of names does not have',
    untyped
      .dynamic('flow')
      .input(['size'])
      .add(task('boot', ['image'])),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'an input that the schema does not have',
    flow()
      .input(z.object({ size: z.number() }))
      .add(task('boot', ['image'])),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'an input of a nested flow that nothing around it provides',
    flow().add(
      untyped('inner')
        .input()
        .add(task('boot', ['image']))
        .build(),
    ),
    ["flow/inner/boot [MISSING_VALUE] flow 'inner' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'a value around a nested flow that is not among its declared inputs',
    flow()
      .add(image)
      .add(
        untyped
          .dynamic('inner')
          .input(['size'])
          .add(task('boot', ['image']))
          .build(),
      ),
    ["flow/inner/boot [MISSING_VALUE] flow 'inner' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'a kept value: only its own revert sees it',
    flow()
      .add(task('make', [], [], { keeps: ['token'] }))
      .add(task('use', ['token'])),
    ["flow/use [MISSING_VALUE] flow 'flow' needs 'token' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'a value that the nested flow does not return',
    flow()
      .add(untyped('inner').add(image).returns().build())
      .add(task('boot', ['image'])),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'image' here, which nothing before it provides"],
  ],
  [
    'MISSING_VALUE',
    'a name that was rebound',
    flow()
      .add(image)
      .add(task('boot', ['image']), { rebind: { image: 'disk' } }),
    ["flow/boot [MISSING_VALUE] flow 'flow' needs 'disk' here, which nothing before it provides"],
  ],
  [
    'ALREADY_PROVIDED',
    'a second provider',
    flow()
      .add(image)
      .add(task('again', [], ['image'])),
    ["flow/again [ALREADY_PROVIDED] flow 'flow' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'ALREADY_PROVIDED',
    'an output named like an input that was read',
    flow()
      .input()
      .add(task('boot', ['image']))
      .add(image),
    ["flow/fetch [ALREADY_PROVIDED] flow 'flow' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'ALREADY_PROVIDED',
    'an output named like an input that is only declared',
    untyped.dynamic('flow').input(['image']).add(image),
    ["flow/fetch [ALREADY_PROVIDED] flow 'flow' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'ALREADY_PROVIDED',
    'a nested flow that gives what is there',
    flow().add(image).add(untyped('inner').add(image).build()),
    ["flow/inner [ALREADY_PROVIDED] flow 'flow' has 'image' already: rename this output with 'provides', or say 'override: true'"],
  ],
  [
    'OUTPUTS_ALIKE',
    'two outputs renamed alike, one renamed to another',
    flow()
      .add(task('make', [], ['a', 'b']), { provides: { a: 'x', b: 'x' } })
      .add(task('more', [], ['c', 'd']), { provides: { c: 'd' } }),
    [
      "flow/make [OUTPUTS_ALIKE] two outputs of one node would be named 'x': rename one of them to another name",
      "flow/more [OUTPUTS_ALIKE] two outputs of one node would be named 'd': rename one of them to another name",
    ],
  ],
  [
    'REBOUND_AND_INJECTED',
    'an input that has two origins',
    flow()
      .add(task('make', [], ['a']))
      .add(task('use', ['in']), { rebind: { in: 'a' }, inject: { in: 1 } }),
    ["flow/use [REBOUND_AND_INJECTED] the input 'in' is both bound to a value and given a constant: say either rebind or inject"],
  ],
  [
    'NOT_STORABLE',
    'constants that no store keeps, however deep',
    flow().add(task('use', ['a', 'b', 'c', 'd']), {
      inject: { a: () => 1, b: { list: [Symbol('x')] }, c: Promise.resolve(1), d: [new Date(), { fine: new Map() }] },
    }),
    [
      "flow/use [NOT_STORABLE] 'a' can't be stored: functions do not survive",
      "flow/use [NOT_STORABLE] 'b.list[]' can't be stored: symbols do not survive",
      "flow/use [NOT_STORABLE] 'c' can't be stored: it is a promise, await it",
    ],
  ],
  [
    'BRANCH_PROVIDED',
    'two choices that provide the same',
    flow()
      .add(task('make', [], ['a']))
      .when('one', ['a'], () => true, task('x', [], ['v']))
      .when('two', ['a'], () => true, task('y', [], ['v'])),
    [
      "flow/two [BRANCH_PROVIDED] flow 'flow' has 'v' already: make both nodes branches of one .switch, or rename this output with use(…, { provides })",
    ],
  ],
  [
    'MAYBE_ABSENT',
    'an output that a task may leave out',
    flow()
      .add(task('make', [], ['a?', 'b']))
      .add(task('fine', ['a?', 'b']))
      .add(task('use', ['a'])),
    ["flow/use [MAYBE_ABSENT] flow 'flow' may skip what provides 'a': only an optional input can take it"],
  ],
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
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((attempts): [DiagnosticCode, string, AnyBuilder, readonly string[]] => [
    'BAD_ATTEMPTS',
    `times(${attempts})`,
    flow().retry(times(attempts)),
    [`flow/(retry) [BAD_ATTEMPTS] times(${attempts}) makes no sense: give a whole number of attempts of at least 1`],
  ]),
];

describe('compile() says what is wrong', () => {
  test.each(WRONG)('%s: %s', (_, __, builder, expected) => {
    expect(errorsOf(builder.build())).toEqual(expected);
  });

  test('all at once, in the order of the flow', () => {
    const inner = untyped('inner')
      .add(task('deep', ['nowhere']))
      .build();
    const wrong = untyped('flow', { versoin: 1 }).retry(times(0)).add(image).add(image).add(inner).add(null).returns('nothing').build();
    expect(errorsOf(wrong).map((line) => line.slice(0, line.indexOf(']') + 1))).toEqual([
      'flow [UNKNOWN_OPTION]',
      'flow/(retry) [BAD_ATTEMPTS]',
      'flow/fetch [DUPLICATE_NODE]',
      'flow/fetch [ALREADY_PROVIDED]',
      'flow/inner/deep [MISSING_VALUE]',
      'flow/object [NOT_A_NODE]',
      'flow [UNKNOWN_RETURN]',
    ]);
  });

  test('with flow, path, sentence and code in the message', () => {
    const wrong = untyped('flow')
      .add(task('boot', ['image']))
      .build();
    expect(() => wrong.compile()).toThrow(FlowDefinitionError);
    expect(() => wrong.compile()).toThrow(
      "flow 'flow' can't run:\n  flow/boot: flow 'flow' needs 'image' here, which nothing before it provides [MISSING_VALUE]",
    );
  });

  test('every time, because only right flows are kept', () => {
    const wrong = untyped('flow').add(undefined).build();
    expect(errorsOf(wrong)).toHaveLength(1);
    expect(errorsOf(wrong)).toHaveLength(1);
  });
});

describe('what compile() can not know is left to the run', () => {
  test('inputs whose types were erased', () => {
    const { inputs, inputsKnown } = compiled(
      flow()
        .input()
        .add(task('boot', ['image', 'zone?']))
        .build(),
    );
    expect(inputs).toEqual([
      { name: 'image', optional: false },
      { name: 'zone', optional: true },
    ]);
    expect(inputsKnown).toBe(false);
  });

  test('keys of a nested flow whose inputs were erased', () => {
    const inner = untyped('inner').input().add(task('boot')).build();
    expect(
      errorsOf(
        flow()
          .add(image)
          .add(inner, { rebind: { unread: 'image' } })
          .build(),
      ),
    ).toEqual([]);
  });
});

test('a class that goes by its own name is a warning: minifiers would change it', () => {
  class Named {
    execute() {}
  }
  const { warnings } = compiled(flow().add(decorated(Named)).add(image).build());
  expect(warnings).toEqual([
    {
      code: 'CLASS_NAME_USED',
      severity: 'warning',
      path: 'flow/Named',
      message: "task class 'Named' has no name of its own: minifiers rename classes, so give @Task a 'name' before its runs are stored",
    },
  ]);
});

describe('.build() never throws', () => {
  const nonsense: readonly unknown[] = [undefined, null, 0, 'text', Symbol('s'), () => 1, [], {}, new Map(), 1n, class {}];
  test.each(nonsense.map((value) => [typeof value, value]))('whatever was given: %s %#', (_, value) => {
    for (const begin of [untyped, untyped.open, untyped.dynamic]) {
      const built = begin(value as string, value as object)
        .input(value)
        .retry(value)
        .add(value, value)
        .add(image, { name: value, rebind: value, inject: value, provides: value, override: value, [String(value)]: value })
        .returns(value as string)
        .build();
      expect(() => built.compile()).toThrow(FlowDefinitionError);
    }
  });
});

function decorated<C extends new () => object>(target: C): C {
  const apply = Task() as (target: unknown) => void;
  apply(target);
  return target;
}

import { z } from 'zod';
import type { DiagnosticCode } from '../../src/model/diagnostics.js';
import { type AnyBuilder, task, untyped } from './tasks.js';

/** A flow that types refuse, got past them: its code, what is wrong, and what compile() says. */
export type WrongFlow = readonly [DiagnosticCode, string, AnyBuilder, readonly string[]];

const flow = () => untyped('flow');
const image = task('fetch', [], ['image']);

/** Of what nodes take and give. */
export const WRONG_VALUES: readonly WrongFlow[] = [
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
];

import { describe, expect, test } from 'vitest';
import { FlowDefinitionError, Task, times } from '../../src/index.js';
import { compiled, errorsOf, task, untyped } from './tasks.js';
import { WRONG_NAMES } from './wrong-names.js';
import { WRONG_VALUES } from './wrong-values.js';

const flow = () => untyped('flow');
const image = task('fetch', [], ['image']);

describe('compile() says what is wrong', () => {
  test.each([...WRONG_VALUES, ...WRONG_NAMES])('%s: %s', (_, __, builder, expected) => {
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

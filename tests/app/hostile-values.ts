import fc from 'fast-check';

const no = (): never => {
  throw new Error('no');
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const circle: { self?: object } = {};
  circle.self = new Map([[circle, [circle]]]);
  return circle;
}

function nested(): object {
  let value: object = {};
  for (let level = 0; level < 10_000; level++) value = { value };
  return value;
}

/** An object with a field that is a function, or throws when it is read. */
const withField = (field: PropertyKey, value: unknown): object => Object.fromEntries([[field, value]]);
const withGetter = (field: PropertyKey): object => Object.defineProperty({}, field, { get: no, enumerable: true });
const rejected = (): object => {
  const promise = Promise.reject(revoked());
  promise.catch(() => undefined);
  return promise;
};
const TRAPS = { get: no, has: no, getPrototypeOf: no, ownKeys: no, getOwnPropertyDescriptor: no };
const endless = (): object => new Proxy([], { get: (list, key) => (key === 'length' ? 4e9 : Reflect.get(list, key)) });

/** What is returned or thrown by nobody who means well. */
const HOSTILE: readonly (() => unknown)[] = [
  revoked,
  cyclic,
  nested,
  rejected,
  endless,
  () => new Proxy({}, TRAPS),
  () => new Proxy(new Error('behind'), TRAPS),
  () => new Array(4_000_000_000),
  () => Symbol('s'),
  () => Object.create(null),
  () => ({ toString: no, toJSON: no, [Symbol.toPrimitive]: no, constructor: undefined }),
  () => withGetter('then'),
  () => withField('then', no),
  () => withField('then', (resolve: (value: unknown) => void) => resolve({ value: revoked() })),
  () => Object.assign(new Error('x'), { name: '~sealed', code: '~offloaded', data: { '~sealed': 'x' } }),
  () => Object.assign(new Error('x'), { cause: revoked(), stack: Symbol('s'), message: Symbol('m') }),
  () => Object.defineProperty(new Error('x'), 'message', { get: no }),
  () => new AggregateError([revoked(), new AggregateError([Symbol('s')])]),
  () => ({ decision: 'RETRY', delayMs: Infinity }),
  () => ({ decision: 'RETRY', delayMs: 1e300 }),
  () => ({ decision: 'RETRY', delayMs: '1' }),
  () => ({ decision: 'RETRY', delayMs: 0.3 }),
  () => withGetter('decision'),
  () => Object.assign(withGetter('delayMs'), { decision: 'RETRY' }),
  () => ({ value: revoked() }),
  () => ({ value: withGetter('deep') }),
  () => ({ value: { '~sealed': 'x' } }),
  () => ({ value: `a${String.fromCharCode(0xd800)}\0` }),
  () => withGetter('value'),
  () => ({ value: 1, issues: [revoked()] }),
  () => ({ issues: [{ message: Symbol('m'), path: [Symbol('p'), withGetter('key')] }] }),
  () => JSON.parse('{ "__proto__": 1, "value": { "__proto__": 2 } }'),
  () => new (class Odd extends Map<number, number> {})([[1, 2]]),
  () => globalThis,
];

const values = fc.anything({
  ...{ withBigInt: true, withDate: true, withMap: true, withSet: true },
  ...{ withNullPrototype: true, withTypedArray: true, withBoxedValues: true, withSparseArray: true },
});

/** Makes any value, hostile or not, by itself or as the `value` of a result. */
export const anything: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: values.map((value) => () => value) },
  { weight: 1, arbitrary: values.map((value) => () => ({ value })) },
);

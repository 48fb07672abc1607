import fc from 'fast-check';

/** Keys that a codec with tags, or a careless one, would take for something else. */
const ODD_KEYS = ['~date', '~object', '~map', '~undefined', '~', '~~', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '', '0'];
const key = fc.oneof(
  fc.string().filter((name) => name !== '__proto__'),
  fc.constantFrom(...ODD_KEYS),
);
const ERRORS = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
const NUMBERS = [-0, 0, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER];

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.double(),
  fc.constantFrom(...NUMBERS),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.webUrl().map((text) => new URL(text)),
  fc.constantFrom(/a\/b/gi, /(?<year>\d{4})/u, /./s, /(?:)/),
);

/** Any value that the default codec promises to keep, nested. */
export const storable: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
    fc
      .tuple(fc.constantFrom(...ERRORS), fc.string(), fc.option(tie('value'), { nil: undefined }))
      .map(([made, message, cause]) => new made(message, cause === undefined ? undefined : { cause })),
    fc.tuple(fc.string(), tie('value')).map(([message, at]) => Object.assign(new Error(message), { code: 'E_ODD', '~at': at })),
    fc.tuple(fc.array(tie('value'), { maxLength: 3 }), fc.string()).map(([errors, message]) => new AggregateError(errors, message)),
  ),
})).value;

/** The same value with the keys of all its plain objects in the opposite order. */
export function keysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysReversed);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, keysReversed(part)]),
  );
}

/** What may be called of JavaScript itself: by name, never looked up in an object. All of it computes, and does nothing else. */
export interface Native {
  readonly name: string;
  readonly run: (self: unknown, args: readonly unknown[]) => unknown;
  /** It only moves what it is given: that may be unknown. */
  readonly moves: boolean;
  /** It asks its function a question. */
  readonly asks: boolean;
  /** It looks at its list or arguments and at nothing in them; others may turn all of them into text. */
  readonly shallow: boolean;
  /** What it says is about all items of its list: of a list that is known in part it is unknown. */
  readonly judges: boolean;
  /** It takes texts, numbers and the like: whatever else it is given, it makes one of these. */
  readonly primitive: boolean;
}

const MOVING = ['push', 'unshift', 'concat', 'fill', 'with', 'set', 'add', 'of', 'assign'];
const ASKING = ['filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every'];
const SHALLOW = [
  ...[
    'push',
    'unshift',
    'concat',
    'set',
    'add',
    'of',
    'from',
    'assign',
    'fromEntries',
    'entries',
    'values',
    'freeze',
    'keys',
    'get',
    'has',
  ],
  ...['map', 'forEach', 'flatMap', 'reduce', 'reduceRight', 'pop', 'shift', 'reverse', 'toReversed', 'delete', 'clear', 'isArray'],
  ...['hasOwn', 'is', 'Boolean', ...ASKING],
];
const JUDGING = [
  ...['find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every', 'includes', 'indexOf', 'lastIndexOf', 'at', 'join', 'has', 'get'],
  ...['pop', 'shift', 'reduce', 'reduceRight', 'push', 'unshift', 'toString', 'stringify', 'hasOwn'],
];

function native(name: string, run: Native['run'], primitive: boolean): readonly [string, Native] {
  const is = (list: readonly string[]) => !primitive && list.includes(name);
  return [name, { name, run, moves: is(MOVING), asks: is(ASKING), shallow: is(SHALLOW), judges: is(JUDGING), primitive }];
}

/** Methods of a prototype, as they are when the program begins. */
function methods(prototype: object, names: readonly string[], primitive = false): ReadonlyMap<string, Native> {
  return new Map(
    names.flatMap((name) => {
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      // Not every version of Node.js has all of them.
      return typeof method === 'function' ? [native(name, (self, args) => Reflect.apply(method, self, args), primitive)] : [];
    }),
  );
}

const TEXTS = methods(
  String.prototype,
  [
    ...['at', 'charAt', 'charCodeAt', 'codePointAt', 'concat', 'endsWith', 'includes', 'indexOf', 'lastIndexOf', 'localeCompare'],
    ...['normalize', 'padEnd', 'padStart', 'repeat', 'replace', 'replaceAll', 'slice', 'split', 'startsWith', 'substring', 'toLowerCase'],
    ...['toLocaleLowerCase', 'toLocaleUpperCase', 'toString', 'toUpperCase', 'trim', 'trimEnd', 'trimStart', 'valueOf'],
  ],
  true,
);
const NUMBERS = methods(Number.prototype, ['toExponential', 'toFixed', 'toPrecision', 'toString', 'valueOf'], true);
const BOOLEANS = methods(Boolean.prototype, ['toString', 'valueOf'], true);
const LISTS = methods(Array.prototype, [
  ...['at', 'concat', 'copyWithin', 'entries', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flat'],
  ...['flatMap', 'forEach', 'includes', 'indexOf', 'join', 'keys', 'lastIndexOf', 'map', 'pop', 'push', 'reduce', 'reduceRight'],
  ...[
    'reverse',
    'shift',
    'slice',
    'some',
    'sort',
    'splice',
    'toReversed',
    'toSorted',
    'toSpliced',
    'toString',
    'unshift',
    'values',
    'with',
  ],
]);
const MAPS = methods(Map.prototype, ['clear', 'delete', 'entries', 'forEach', 'get', 'has', 'keys', 'set', 'values']);
const SETS = methods(Set.prototype, ['add', 'clear', 'delete', 'entries', 'forEach', 'has', 'keys', 'values']);

/** The methods that JavaScript gives a value; nothing for objects, functions and what is none of the source's. */
export function methodsOf(value: unknown): ReadonlyMap<string, Native> | undefined {
  switch (typeof value) {
    case 'string':
      return TEXTS;
    case 'number':
      return NUMBERS;
    case 'boolean':
      return BOOLEANS;
    default:
      if (Array.isArray(value)) return LISTS;
      return value instanceof Map ? MAPS : value instanceof Set ? SETS : undefined;
  }
}

/** A global of JavaScript: what its call does, if it can be called, and what it has. */
export interface GlobalObject {
  readonly call: Native | undefined;
  readonly members: ReadonlyMap<string, Native>;
  readonly constants: ReadonlyMap<string, number>;
}

const NOTHING: ReadonlyMap<string, number> = new Map();
const numbersIn = (object: object, names: readonly string[]) => new Map(names.map((name) => [name, Number(Reflect.get(object, name))]));
const converting = (name: string, convert: (...value: readonly unknown[]) => unknown) =>
  native(name, (_, args) => convert(...args.slice(0, 1)), name !== 'Boolean')[1];

export const GLOBAL_OBJECTS: ReadonlyMap<string, GlobalObject> = new Map<string, GlobalObject>([
  [
    'Object',
    {
      call: undefined,
      members: methods(Object, ['assign', 'entries', 'freeze', 'fromEntries', 'hasOwn', 'is', 'keys', 'values']),
      constants: NOTHING,
    },
  ],
  ['Array', { call: undefined, members: methods(Array, ['from', 'isArray', 'of']), constants: NOTHING }],
  [
    'Math',
    {
      call: undefined,
      members: methods(
        Math,
        ['abs', 'cbrt', 'ceil', 'floor', 'hypot', 'log', 'log10', 'log2', 'max', 'min', 'pow', 'round', 'sign', 'sqrt', 'trunc'],
        true,
      ),
      constants: numbersIn(Math, ['E', 'PI', 'SQRT2', 'LN2', 'LN10']),
    },
  ],
  ['JSON', { call: undefined, members: methods(JSON, ['parse', 'stringify']), constants: NOTHING }],
  [
    'Number',
    {
      call: converting('Number', Number),
      members: methods(Number, ['isFinite', 'isInteger', 'isNaN', 'isSafeInteger', 'parseFloat', 'parseInt'], true),
      constants: numbersIn(Number, [
        'EPSILON',
        'MAX_SAFE_INTEGER',
        'MAX_VALUE',
        'MIN_SAFE_INTEGER',
        'MIN_VALUE',
        'NEGATIVE_INFINITY',
        'POSITIVE_INFINITY',
      ]),
    },
  ],
  ['String', { call: converting('String', String), members: methods(String, ['fromCharCode', 'fromCodePoint'], true), constants: NOTHING }],
  ['Boolean', { call: converting('Boolean', Boolean), members: new Map(), constants: NOTHING }],
]);

/** Globals that are numbers. */
export const GLOBAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['NaN', Number.NaN],
]);

import type { Types } from '../reading/index.js';
import { ts } from '../source/index.js';

/** Classes that the default codec keeps; most of them are interfaces in TypeScript's libraries, some are classes in Node's. */
const ERRORS = ['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError'];
const KEPT = new Set(['Date', 'RegExp', 'URL', 'Uint8Array', 'Buffer', ...ERRORS]);
const COLLECTIONS = new Set(['Map', 'Set', 'ReadonlyMap', 'ReadonlySet']);
/** Built in, too, and not kept. */
const LOST =
  /^(?:(?:Int|Uint|Float|BigInt|BigUint)\d+(?:Clamped)?Array|(?:Shared)?ArrayBuffer|DataView|WeakMap|WeakSet|WeakRef|Blob|File)$/;
/** Types look no deeper than this: the codec does, at run time. */
const DEEPEST = 6;

/** Where a value can't be stored, and why. */
export interface Trouble {
  readonly path: string;
  readonly reason: string;
}

/** What storage would refuse of a type; `undefined`: nothing that the type shows. */
export function troubleIn(
  type: ts.Type,
  path: string,
  types: Types,
  admitted: ReadonlySet<ts.Symbol>,
  above: readonly ts.Type[] = [],
): Trouble | undefined {
  if (above.length > DEEPEST || above.includes(type) || types.isAny(type)) return undefined;
  const inside = [...above, type];
  const first = (parts: readonly (readonly [ts.Type, string])[]): Trouble | undefined => {
    for (const [part, at] of parts) {
      const trouble = troubleIn(part, at, types, admitted, inside);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  };
  if (type.isUnion()) return first(type.types.map((part) => [part, path]));
  // A marked text is still a text.
  if (type.isIntersection()) return type.types.some(isPrimitive) ? undefined : first(type.types.map((part) => [part, path]));
  if (type.flags & ts.TypeFlags.ESSymbolLike) return { path, reason: 'symbols do not survive' };
  if (isPrimitive(type)) return undefined;
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return { path, reason: 'functions do not survive' };
  if (types.isThenable(type)) return { path, reason: 'it is a promise, await it' };
  const symbol = type.symbol as ts.Symbol | undefined;
  const args = types.checker.getTypeArguments(type as ts.TypeReference);
  if (types.checker.isArrayType(type) || types.checker.isTupleType(type)) return first(args.map((part) => [part, `${path}[]`]));
  if (symbol !== undefined && isOutside(symbol)) {
    if (KEPT.has(symbol.name)) return undefined;
    if (COLLECTIONS.has(symbol.name)) return first(args.map((part) => [part, `${path}[]`]));
    if (LOST.test(symbol.name)) return { path, reason: `it is of the class ${symbol.name}, which is not kept: give its data as a list` };
  }
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Class && !admitted.has(symbol)) {
    const base = builtInUnder(type, types);
    const instead = base === undefined ? 'its data' : `${article(base)} ${base} or its data`;
    const what = base === undefined ? `class ${symbol.name}` : `class ${symbol.name}, which extends ${base}`;
    return { path, reason: `it is an instance of ${what}: give ${instead}, or admit the class with a codec` };
  }
  if (symbol !== undefined && admitted.has(symbol)) return undefined;
  return first(
    types.checker.getPropertiesOfType(type).flatMap((property) => {
      if (property.name.startsWith('~flowproof') || property.name.startsWith('__@')) return [];
      return [[types.checker.getTypeOfSymbol(property), `${path}.${property.name}`] as const];
    }),
  );
}

function isPrimitive({ flags }: ts.Type): boolean {
  return !(flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection));
}

/** Declared by TypeScript's libraries or by a package. */
function isOutside(symbol: ts.Symbol): boolean {
  return symbol.declarations?.some((declaration) => declaration.getSourceFile().isDeclarationFile) === true;
}

/** The class of JavaScript's own that a class extends: of what it adds, nothing would be kept. */
function builtInUnder(type: ts.Type, types: Types): string | undefined {
  const bases = type.isClassOrInterface() ? types.checker.getBaseTypes(type) : [];
  for (const base of bases) {
    const name = base.symbol?.name;
    if (name !== undefined && isOutside(base.symbol) && isBuiltIn(name)) return name;
    const under = builtInUnder(base, types);
    if (under !== undefined) return under;
  }
  return undefined;
}

function isBuiltIn(name: string): boolean {
  return KEPT.has(name) || COLLECTIONS.has(name) || LOST.test(name) || name === 'Array';
}

function article(name: string): string {
  return /^[AEIO]/.test(name) ? 'an' : 'a';
}

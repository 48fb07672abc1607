/*
 * Fields that storage would lose, because they are not where the codec looks. In words, or nothing.
 */

/** A field that is named by a symbol. */
export function straySymbol(value: object): string | undefined {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return undefined;
  const symbol = symbols.find((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return symbol === undefined ? undefined : String(symbol);
}

/** To look for more than items would cost a list that is longer more than to encode it. */
const LONG_LIST = 10_000;

/** What a list has beside its items, such as `groups` of what `text.match()` gives. Keys of items come first. */
export function strayOfList(list: readonly unknown[]): string | undefined {
  const last = list.length > LONG_LIST ? undefined : Object.keys(list).at(-1);
  return last === undefined || /^\d+$/.test(last) ? straySymbol(list) : `'${last}'`;
}

/** What a date, a map or its like has beside what its class keeps. */
export function strayOfBuiltIn(value: object): string | undefined {
  const [field] = Object.keys(value);
  return field === undefined ? straySymbol(value) : `'${field}'`;
}

import { printable } from '#model/text/printable.js';
import { shortened, textWidth } from '#model/text/text-width.js';

/** A column that is shortened has so many places at least. */
const LEAST = 8;
const GAP = '  ';

/**
 * Rows under their heads, as wide as the terminal at most; where the output is none, nothing is shortened. Names of users are in it, with
 * what a terminal would obey made visible.
 */
export class Table {
  readonly #heads: readonly string[];
  readonly #columns: number | undefined;
  #widths: readonly number[];
  #hasHead = false;

  /** @param columns of the terminal */
  constructor(heads: readonly string[], columns: number | undefined) {
    this.#heads = heads;
    this.#columns = columns;
    this.#widths = heads.map(textWidth);
  }

  /** More rows, as text; they stand under those before. Nothing is printed where there is no row. */
  rows(rows: readonly (readonly string[])[]): string {
    if (rows.length === 0) return '';
    const shown: (readonly string[])[] = rows.map((row) => row.map(printable));
    if (!this.#hasHead) shown.unshift(this.#heads);
    this.#hasHead = true;
    this.#widths = this.#widths.map((width, index) => Math.max(width, ...shown.map((row) => textWidth(row[index] ?? ''))));
    const widths = this.#fitting();
    return shown
      .map(
        (row) =>
          `${row
            .map((cell, index) => padded(shortened(cell, widths[index] ?? 0), widths[index] ?? 0))
            .join(GAP)
            .trimEnd()}\n`,
      )
      .join('');
  }

  /** Takes from the widest column until all fit. */
  #fitting(): readonly number[] {
    const widths = [...this.#widths];
    const room = (this.#columns ?? Number.POSITIVE_INFINITY) - GAP.length * (widths.length - 1);
    const sum = (): number => widths.reduce((total, width) => total + width, 0);
    while (sum() > room) {
      const widest = widths.indexOf(Math.max(...widths));
      const width = widths[widest] ?? 0;
      if (width <= LEAST) break;
      widths[widest] = Math.max(LEAST, width - (sum() - room), secondOf(widths, widest));
    }
    return widths;
  }
}

/** One less than the widest, or as wide as the next column is: so that none is cut to nothing beside one that is as wide. */
function secondOf(widths: readonly number[], widest: number): number {
  const width = widths[widest] ?? 0;
  const next = Math.max(0, ...widths.filter((_, index) => index !== widest));
  return Math.min(width - 1, next);
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

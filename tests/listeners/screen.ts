import type { TextStream } from '../../src/listeners/index.js';

/** A terminal, as far as it is used: text, a cursor that goes up, and what is below it wiped out. */
export class FakeTerminal implements TextStream {
  readonly isTTY = true;
  lines: string[] = [''];
  /** All that was written. */
  text = '';
  #row = 0;

  constructor(
    readonly columns = 80,
    readonly rows = 24,
  ) {}

  write(text: string): void {
    this.text += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
    for (const part of text.split(/(\x1b\[\d*[AJm]|\n)/)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
      const [, number, order] = /^\x1b\[(\d*)([AJm])$/.exec(part) ?? [];
      if (order === 'A') this.#row = Math.max(this.lines.length - this.rows, this.#row - Number(number));
      else if (order === 'J') this.lines = [...this.lines.slice(0, this.#row), ''];
      else if (part === '\n') {
        this.#row++;
        this.lines[this.#row] ??= '';
      } else if (order === undefined) this.lines[this.#row] += part;
    }
  }
}

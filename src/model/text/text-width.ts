/** What takes two columns of a terminal: East Asian letters and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
/** What takes none: marks on the letter before, joiners, and others that are not seen. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const one of text) width += widthOf(one);
  return width;
}

/** A text in at most so many columns. */
export function shortened(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let [kept, width] = ['', 0];
  for (const one of text) {
    width += widthOf(one);
    if (width > columns - 1) break;
    kept += one;
  }
  return `${kept}…`;
}

function widthOf(one: string): number {
  return one < '\u007f' ? 1 : WIDE.test(one) ? 2 : NARROW.test(one) ? 0 : 1;
}

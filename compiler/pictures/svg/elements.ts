import type { Point, Rectangle } from '#pictures';

/** Elements of SVG, as text. */
export function text(words: string, { x, y }: Point, classes: string, anchor: 'start' | 'middle' = 'start'): string {
  const middle = anchor === 'start' ? '' : ' text-anchor="middle"';
  return `<text class="${classes}" x="${round(x)}" y="${round(y)}"${middle}>${escaped(words)}</text>`;
}

export function rectangle({ left, top, width, height }: Rectangle, radius: number, classes: string): string {
  return `<rect class="${classes}" x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
}

export function hexagon({ left, top, width, height }: Rectangle, classes: string): string {
  const [right, bottom, middle, corner] = [left + width, top + height, top + height / 2, Math.min(14, height / 2)];
  const points = [
    [left, middle],
    [left + corner, top],
    [right - corner, top],
    [right, middle],
    [right - corner, bottom],
    [left + corner, bottom],
  ];
  return `<polygon class="${classes}" points="${points.map((point) => point.map(round).join(',')).join(' ')}"/>`;
}

/** What decides. */
export function diamond({ x, y }: Point, size = 5.5): string {
  return path(`M${round(x - size)} ${round(y)}l${size} -${size}l${size} ${size}l-${size} ${size}z`, 'diamond');
}

/** An arrow back: what was done can be undone. */
export function undoIcon({ x, y }: Point): string {
  return path(`M${round(x - 5)} ${round(y - 2)}h6.5a3.2 3.2 0 0 1 0 6.4h-4.5M${round(x - 2)} ${round(y - 5)}l-3 3l3 3`, 'icon');
}

/** An arrow in a circle: it is tried again. */
export function retryIcon({ x, y }: Point): string {
  return path(`M${round(x + 4.2)} ${round(y - 2.6)}a5 5 0 1 0 0.6 4M${round(x + 4.8)} ${round(y - 6)}v3.8h-3.8`, 'icon retry-icon');
}

export function path(d: string, classes: string): string {
  return `<path class="${classes}" d="${d}"/>`;
}

export function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A tenth of a point is more than anybody sees. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

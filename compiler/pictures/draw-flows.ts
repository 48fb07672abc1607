import { type Drawing, dot, drawingOf, mermaid } from '#compilation';
import { layouts } from '#pictures';
import { shownPath } from '../output/index.js';
import type { FlowReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';
import { svg } from './svg/svg.js';

export type PictureFormat = 'mermaid' | 'dot' | 'svg';

/** A picture of one flow, with what is to be said of it as a whole. */
export interface Picture {
  readonly drawing: Drawing;
  /** Its name and where it is. */
  readonly heading: string;
  readonly remarks: readonly string[];
}

/** Flows as they are. */
export function picturesOf(flows: readonly FlowReading[], folder: string): readonly Picture[] {
  return flows.map((flow) => {
    const { file, line } = placeOf(flow.placeOf(0));
    return { drawing: drawingOf(flow.definition), heading: `${flow.name} (${shownPath(file, folder)}:${line})`, remarks: [] };
  });
}

/**
 * One picture after the other, each under comments with its heading and remarks; as SVG all in one.
 *
 * @throws GraphvizMissingError when SVG is wanted and what lays it out is not installed
 */
export async function draw(pictures: readonly Picture[], format: PictureFormat): Promise<string> {
  if (format === 'svg') return svg(pictures, await layouts());
  const [comment, write] = format === 'dot' ? ['//', dot] : ['%%', mermaid];
  return pictures
    .map(({ drawing, heading, remarks }) => {
      const comments = [heading, ...remarks].map((text) => `${comment} ${text.replaceAll('\n', ' ')}\n`);
      return `${comments.join('')}${write(drawing)}`;
    })
    .join('\n');
}

/** Pictures: flows as graphs, for Mermaid and Graphviz, or laid out as SVG. */

export { GraphvizMissingError } from '#pictures';
export { differences } from './difference.js';
export { draw, type Picture, type PictureFormat, picturesOf } from './draw-flows.js';

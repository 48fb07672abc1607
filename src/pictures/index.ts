/** Where everything of a picture of a flow lies, and what is drawn of a flow that is stored. Graphviz is loaded when something is laid out. */
export { GraphvizMissingError, type Layout, layouts, type Point, type Rectangle, type Route } from './layout.js';
export { drawingOfManifest } from './manifest-drawing.js';

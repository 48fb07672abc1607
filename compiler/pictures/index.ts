/** Pictures: flows as graphs, in the languages of Mermaid and Graphviz. */
export { drawFlows } from './draw-flows.js';

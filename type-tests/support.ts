/** The door that the fixtures see, and what the door does not show yet. */

import { builders } from '../src/authoring/index.js';
import { compile } from '../src/compilation/index.js';

export { alwaysRevert, alwaysRevertAll, forEach, forEachOf, use } from '../src/authoring/index.js';
export * from '../src/index.js';

const { unordered, graph } = builders(compile);

export { graph, unordered };

/** Output: findings as people and programs read them. Pure. */
export { github } from './github.js';
export { json } from './json.js';
export { shownPath } from './paths.js';
export { count, type Report, type Surroundings } from './report.js';
export { type RuleText, sarif } from './sarif.js';
export { summary, text } from './text.js';

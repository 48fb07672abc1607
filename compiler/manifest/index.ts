/** Manifest: the canonical description of flows, and what a change of it means for stored runs. */
export type { Change, Verdict } from './change.js';
export { compare } from './compare.js';
export { manifestFile, parseManifestFile } from './file.js';
export { madeByArgs } from './made-by-args.js';
export { type FlowManifest, type LeftOut, leftOut, manifestsOf, type PresentFlow, presentFlow } from './project-manifest.js';

/** Manifest: the canonical description of flows, and what a change of it means for stored runs. */
export { manifestFile, parseManifestFile, type StoredManifest } from './file.js';
export { type FlowManifest, manifestsOf } from './project-manifest.js';

import { isJsonObject, type Json } from '#model/json.js';
import type { FlowManifest } from './project-manifest.js';

/** Manifests as a file: without places, which change when nothing else does. */
export function manifestFile(flows: readonly FlowManifest[]): string {
  const list = flows.map(({ name, version, fingerprint, known, part, manifest }) => ({
    name,
    version,
    fingerprint,
    known,
    part,
    manifest,
  }));
  return `${JSON.stringify({ format: 1, flows: list }, undefined, 2)}\n`;
}

/** @throws Error when it is no manifest file that this version knows */
export function parseManifestFile(text: string): readonly FlowManifest[] {
  const content = JSON.parse(text) as Json;
  if (!isJsonObject(content) || content.format !== 1 || !Array.isArray(content.flows)) {
    throw new Error('it is no manifest file of this version: write one with flowproof manifest');
  }
  return content.flows as unknown as readonly FlowManifest[];
}

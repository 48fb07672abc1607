import { isJsonObject, type Json } from './json.js';

/**
 * The newest description of flows that this version writes and reads. 1 said where values come from in words, which could not
 * always differ.
 */
export const MANIFEST_VERSION = 2;

/** Whether a newer version of the library may mean something by it that this one does not know. */
export function isNewerManifest(manifest: Json | undefined): boolean {
  if (manifest === undefined || !isJsonObject(manifest)) return false;
  return typeof manifest.manifest === 'number' && manifest.manifest > MANIFEST_VERSION;
}

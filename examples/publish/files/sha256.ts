import { createHash } from 'node:crypto';

/** Digest and length of a stream; `saw` is told of each chunk. */
export async function sha256(
  content: AsyncIterable<Uint8Array>,
  saw: (bytes: number) => void = () => undefined,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
    saw(chunk.length);
  }
  return { sha256: hash.digest('hex'), size };
}

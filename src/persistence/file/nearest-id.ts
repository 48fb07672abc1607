/** So many characters of an id may be damaged: others differ in more, as most of their digits are random. */
const MOST_DAMAGED = 2;

/** The run whose id this one was before a character or two of it were damaged; `undefined` unless there is exactly one. */
export function nearestId(id: string, records: Iterable<{ readonly runId: string }>): string | undefined {
  let nearest: string | undefined;
  for (const { runId } of records) {
    if (differences(id, runId) > MOST_DAMAGED) continue;
    if (nearest !== undefined) return undefined;
    nearest = runId;
  }
  return nearest;
}

function differences(one: string, other: string): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  let count = 0;
  for (let index = 0; index < one.length && count <= MOST_DAMAGED; index++) if (one[index] !== other[index]) count++;
  return count;
}

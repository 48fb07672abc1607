/** What a process holds after a collection. */
export interface MemorySample {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** How memory moved once the process was warm. */
export interface MemoryTrend {
  readonly samples: number;
  readonly minutes: number;
  readonly heap: Trend;
  readonly rss: Trend;
}

export interface Trend {
  readonly medianBytes: number;
  /** The median of the slopes between all pairs of samples (Theil and Sen): single peaks don't move it. */
  readonly bytesPerMinute: number;
  /** What that comes to in the time measured. */
  readonly grownBytes: number;
}

/** A process is warm after this part of its samples: code is compiled, pools are full. */
const WARMING = 0.25;
/** Fewer say nothing of a slope. */
const LEAST_SAMPLES = 12;
const LEAST_MINUTES = 2;

/** Heaps breathe; what is kept of each run would come to far more than this in minutes. */
const HEAP_GROWS_AT_MOST = { bytes: 2 * 1_048_576, share: 0.1 };
/** What the allocator keeps moves more, and for other reasons than ours. */
const RSS_GROWS_AT_MOST = { bytes: 24 * 1_048_576, share: 0.25 };

/** Nothing when there is too little to judge by. */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend | undefined {
  const warm = samples.slice(Math.ceil(samples.length * WARMING));
  const minutes = ((warm.at(-1)?.atMs ?? 0) - (warm[0]?.atMs ?? 0)) / 60_000;
  if (warm.length < LEAST_SAMPLES || minutes < LEAST_MINUTES) return undefined;
  const trend = (of: (sample: MemorySample) => number): Trend => {
    const slopes = warm.flatMap((a, index) => warm.slice(index + 1).map((b) => (of(b) - of(a)) / ((b.atMs - a.atMs) / 60_000)));
    const bytesPerMinute = median(slopes);
    return { medianBytes: median(warm.map(of)), bytesPerMinute, grownBytes: bytesPerMinute * minutes };
  };
  return { samples: warm.length, minutes, heap: trend(({ heapBytes }) => heapBytes), rss: trend(({ rssBytes }) => rssBytes) };
}

/** What is wrong with it. */
export function judgeMemory({ heap, rss, minutes }: MemoryTrend): readonly string[] {
  const found: string[] = [];
  const hold = (name: string, { grownBytes, medianBytes }: Trend, limit: typeof HEAP_GROWS_AT_MOST): void => {
    const most = Math.max(limit.bytes, limit.share * medianBytes);
    if (grownBytes > most)
      found.push(`${name} grew by ${megabytes(grownBytes)} in ${minutes.toFixed(1)} minutes, where ${megabytes(most)} are borne`);
  };
  hold('the heap of the engine that stayed', heap, HEAP_GROWS_AT_MOST);
  hold('the resident memory of the engine that stayed', rss, RSS_GROWS_AT_MOST);
  return found;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(2)} MB`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

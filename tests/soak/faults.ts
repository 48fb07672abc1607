import type { Random } from './random.js';

/** Something that happens while engines work. What lasts has an end. */
export type Fault = EngineFault | NetworkFault | ServerFault | VolumeFault;
export type FaultKind = Fault['kind'];

/** Happens to one engine process. */
export type EngineFault =
  /** SIGKILL. */
  | { readonly kind: 'kill' }
  /** SIGSTOP, and SIGCONT later. */
  | { readonly kind: 'freeze'; readonly forMs: number }
  /** Another one comes, then this one stops in good order. */
  | { readonly kind: 'roll' }
  /** A run is suspended through its inbox. */
  | { readonly kind: 'suspend' }
  /** Runs that have ended are removed. */
  | { readonly kind: 'prune' };

/** Happens to the connections of one engine. */
export type NetworkFault =
  /** What was sent in the last so many milliseconds is lost, each way. */
  | { readonly kind: 'cut'; readonly byMs: number }
  /** A goodbye to the engine, whose last requests of so many milliseconds get there, and nobody says so. */
  | { readonly kind: 'half-close'; readonly byMs: number }
  | { readonly kind: 'delay'; readonly byMs: number; readonly forMs: number }
  /** What the server says comes late, and all at once. */
  | { readonly kind: 'hold'; readonly forMs: number }
  /** All is taken and goes nowhere, goodbyes too. */
  | { readonly kind: 'swallow'; readonly forMs: number; readonly clients: boolean }
  /** The server does as asked, and what it says goes nowhere. */
  | { readonly kind: 'swallow-answers'; readonly forMs: number; readonly clients: boolean }
  /** The server does as asked, and the connection is gone. */
  | { readonly kind: 'lose-answers'; readonly count: number }
  /** A COMMIT is not answered, and was done or not. */
  | { readonly kind: 'lose-commit'; readonly fate: 'lose-answer' | 'lose-request' }
  /** Connections end as soon as they are there. */
  | { readonly kind: 'end-greeted'; readonly count: number };

/** Happens to PostgreSQL. */
export type ServerFault =
  | { readonly kind: 'shut-down' }
  /** An immediate shutdown. */
  | { readonly kind: 'crash' }
  /** SIGKILL. */
  | { readonly kind: 'kill-server' }
  /** It only reads, for those who are connected, too. */
  | { readonly kind: 'read-only'; readonly forMs: number }
  /** It stops, and its standby becomes the primary. */
  | { readonly kind: 'switchover' }
  /** Its standby becomes the primary; it stays for a while, and only reads. */
  | { readonly kind: 'demotion'; readonly forMs: number };

/** Happens to the directory that one process at a time has. */
export type VolumeFault =
  /** SIGKILL for the container that has it; another one comes. */
  | { readonly kind: 'kill-holder' }
  /** Another container comes while the first one has it, and must be refused. */
  | { readonly kind: 'second-container' }
  /** Another container comes, and waits until the first one has stopped. */
  | { readonly kind: 'roll-holder' }
  | { readonly kind: 'prune-volume' };

/** All kinds by what they happen to, as often as they are to happen beside each other. */
export const KINDS = {
  engine: ['kill', 'kill', 'kill', 'freeze', 'freeze', 'freeze', 'suspend', 'suspend', 'roll', 'prune'],
  network: ['cut', 'half-close', 'delay', 'hold', 'swallow', 'swallow-answers', 'lose-answers', 'lose-commit', 'end-greeted'],
  server: ['shut-down', 'crash', 'kill-server', 'read-only', 'switchover', 'demotion'],
  volume: ['kill-holder', 'kill-holder', 'second-container', 'roll-holder', 'prune-volume', 'prune-volume'],
} as const satisfies {
  readonly engine: readonly EngineFault['kind'][];
  readonly network: readonly NetworkFault['kind'][];
  readonly server: readonly ServerFault['kind'][];
  readonly volume: readonly VolumeFault['kind'][];
};

export const ALL_KINDS: readonly FaultKind[] = [...new Set(Object.values(KINDS).flat())];

/** How long what lasts may last at most. */
export interface Bounds {
  /** The longest that an engine is frozen: longer than its lease. */
  readonly frozenMs: number;
  /** The longest that a network is not as it should be. */
  readonly networkMs: number;
}

/** One fault of a kind, within its bounds. */
export function faultOf<Kind extends FaultKind>(kind: Kind, random: Random, bounds: Bounds): Extract<Fault, { kind: Kind }>;
export function faultOf(kind: FaultKind, random: Random, { frozenMs, networkMs }: Bounds): Fault {
  const forMs = (most: number): number => Math.round(random.between(50, most));
  switch (kind) {
    case 'freeze':
      return { kind, forMs: forMs(frozenMs) };
    case 'cut':
    case 'half-close':
      return { kind, byMs: forMs(400) };
    case 'delay':
      return { kind, byMs: forMs(networkMs / 4), forMs: forMs(networkMs) };
    case 'hold':
      return { kind, forMs: forMs(networkMs) };
    case 'swallow':
    case 'swallow-answers':
      return { kind, forMs: forMs(networkMs), clients: random.next() < 0.5 };
    case 'lose-answers':
    case 'end-greeted':
      return { kind, count: Math.ceil(random.between(0, 6)) };
    case 'lose-commit':
      return { kind, fate: random.next() < 0.5 ? 'lose-answer' : 'lose-request' };
    case 'read-only':
    case 'demotion':
      return { kind, forMs: forMs(4_000) };
    case 'kill':
    case 'roll':
    case 'suspend':
    case 'prune':
    case 'shut-down':
    case 'crash':
    case 'kill-server':
    case 'switchover':
    case 'kill-holder':
    case 'second-container':
    case 'roll-holder':
    case 'prune-volume':
      return { kind };
  }
}

/** Deals kinds in an order of chance, each as often as it is in the deck before any comes again. */
export class Deck<Kind extends FaultKind> {
  readonly #kinds: readonly Kind[];
  readonly #random: Random;
  #left: Kind[] = [];

  constructor(kinds: readonly Kind[], random: Random) {
    this.#kinds = kinds;
    this.#random = random;
  }

  /** @returns nothing when there are none */
  next(): Kind | undefined {
    if (this.#left.length === 0) this.#left = [...this.#kinds];
    return this.#left.splice(Math.floor(this.#random.next() * this.#left.length), 1)[0];
  }
}

/** How often each kind has struck. */
export class Strikes {
  readonly #counts: Map<FaultKind, number>;

  constructor(kinds: readonly FaultKind[]) {
    this.#counts = new Map(kinds.map((kind) => [kind, 0]));
  }

  struck(kind: FaultKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Kinds that have struck less often than this. */
  rarerThan(count: number): readonly FaultKind[] {
    return [...this.#counts].filter(([, times]) => times < count).map(([kind]) => kind);
  }
}

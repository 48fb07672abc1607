import { readFileSync, readlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Where a process runs: what its id means, and to whom. */
export interface Surroundings {
  /** The name of the machine, or of the container. */
  readonly host: string;
  /** The running operating system: another one after each boot where that can be seen, which is on Linux. */
  readonly system: string;
  /** Process ids are those of this namespace; empty where there are none. */
  readonly pidNamespace: string;
}

export function surroundings(): Surroundings {
  const host = hostname();
  return { host, system: bootId() || `host ${host}`, pidNamespace: pidNamespace() };
}

export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** The first one of a system has this number, whatever system it is: PROC_PID_INIT_INO. */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/** Whether its process ids are those of a container: others on the same machine have the same ones. */
export function isContainer({ pidNamespace }: Pick<Surroundings, 'pidNamespace'>): boolean {
  return pidNamespace !== '' && pidNamespace !== FIRST_NAMESPACE;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** statfs(2): ext, XFS, Btrfs, F2FS, ZFS, Bcachefs, tmpfs, ramfs, overlayfs, JFS, ReiserFS, Nilfs. */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0xca451a4e, 0x01021994, 0x858458f6, 0x794c7630, 0x3153464a, 0x52654973, 0x3434,
]);

/** Whether a directory is on a disk that only one running system at a time can have. */
export async function isLocal(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    return LOCAL_TYPES.has((await statfs(directory)).type);
  } catch {
    return false;
  }
}

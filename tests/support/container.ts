import { execFileSync } from 'node:child_process';

/** What a container is to its processes: they have ids of their own, each first one is 1, and see no others. */
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--uts', '--net', '--kill-child'];
const AS_ANYBODY = ['unshare', '--user', '--map-root-user', ...CONTAINER.slice(1)];

/** A command that runs another one in a container of its own, which dies with it; nothing where this machine allows none. */
export const container: readonly string[] | undefined = [CONTAINER, AS_ANYBODY].find(([command = '', ...args]) => {
  try {
    execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

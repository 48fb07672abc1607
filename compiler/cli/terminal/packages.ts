import { UsageError } from './io.js';

/**
 * Imports an adapter, whose client is beside the package and not in it.
 *
 * @param server what is reached with it, as the sentence names it
 * @throws UsageError when one of the packages is missing
 */
export async function withPackages<Adapter>(server: string, packages: readonly string[], load: () => Promise<Adapter>): Promise<Adapter> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !packages.some((name) => String(message).includes(`'${name}'`))) throw error;
    const are = packages.length === 1 ? 'is' : 'are';
    throw new UsageError(
      `${server} is reached with ${packages.join(' and ')}, which ${are} not installed: npm install ${packages.join(' ')}`,
    );
  }
}

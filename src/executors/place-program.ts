import { TaskSetMismatchError } from '../model/task-set-mismatch.js';

/** By this symbol a place says which module it serves, to whatever that module imports. */
const SERVED = 'flowproof.servedModule';

/**
 * A module that makes an app with places of its own when it is imported would do so in each of them, without end.
 *
 * @throws TaskSetMismatchError when this is a place of the module
 */
export function refuseOwnPlaces(module: string): void {
  if ((globalThis as Readonly<Record<symbol, unknown>>)[Symbol.for(SERVED)] !== module) return;
  throw new TaskSetMismatchError(module, [
    'its own threads or processes would begin threads or processes of it in turn, without end: make the app in another module than the one that lists the tasks, or only where this one is the program that was started; an app that a task makes there can have serial()',
  ]);
}

/**
 * Begins the text of a program that imports a module and lets its task set serve. As a text, so that it needs no file: wherever
 * flowproof is bundled to, and in whichever format, a place imports nothing but the user's module. It is a script and a module.
 */
export const SERVE = `const serve = (module, port) => import(globalThis[Symbol.for('${SERVED}')] = module)
  .then((loaded) => {
    const brand = [loaded.default, loaded.default?.default].map((value) => value?.['~flowproof']).find((found) => found?.kind === 'taskSet');
    if (brand === undefined) {
      const given = loaded.default === undefined ? 'absent' : Object.prototype.toString.call(loaded.default).slice(8, -1);
      throw new TypeError('its default export is no taskSet(…) but ' + given + ': write export default taskSet({ tasks: […] })');
    }
    return brand.serve(port);
  })
  .catch((error) => {
    let failure = { name: 'Error', message: 'it throws what cannot be read' };
    try {
      const { name = 'Error', message = String(error), stack } = Object(error);
      failure = { name: String(name), message: String(message), ...(stack === undefined ? {} : { stack: String(stack) }) };
    } catch {}
    port.send({ say: 'unusable', failure });
  });`;

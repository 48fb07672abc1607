/**
 * Begins the text of a program that imports a module and lets its task set serve. As a text, so that it needs no file: wherever
 * flowproof is bundled to, and in whichever format, a place imports nothing but the user's module. It is a script and a module.
 */
export const SERVE = `const serve = (module, port) => import(module)
  .then((loaded) => {
    const brand = [loaded.default, loaded.default?.default].map((value) => value?.['~flowproof']).find((found) => found?.kind === 'taskSet');
    if (brand === undefined) {
      const given = loaded.default === undefined ? 'absent' : Object.prototype.toString.call(loaded.default).slice(8, -1);
      throw new TypeError('its default export is no taskSet(…) but ' + given + ': write export default taskSet({ tasks: […] })');
    }
    return brand.serve(port);
  })
  .catch((error) => {
    const { name = 'Error', message = String(error), stack } = Object(error);
    port.send({ say: 'unusable', failure: { name: String(name), message: String(message), ...(stack === undefined ? {} : { stack: String(stack) }) } });
  });`;

/** In what is sent, so that messages of the user's code on the same channel are no messages of ours. */
export const ENVELOPE = '~flowproof';

/** A message of flowproof's, if it is one. */
export function opened<Message>(given: unknown): Message | undefined {
  return typeof given === 'object' && given !== null
    ? ((given as Readonly<Record<string, unknown>>)[ENVELOPE] as Message | undefined)
    : undefined;
}

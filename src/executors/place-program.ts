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
    let failure = { name: 'Error', message: 'it throws what cannot be read' };
    try {
      const { name = 'Error', message = String(error), stack } = Object(error);
      failure = { name: String(name), message: String(message), ...(stack === undefined ? {} : { stack: String(stack) }) };
    } catch {}
    port.send({ say: 'unusable', failure });
  });`;

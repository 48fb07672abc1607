import { CheckerDefectError } from '../../findings/defect.js';
import { placeOf, type ts } from '../../source/index.js';

/** Reads something; whatever goes wrong is a mistake of the checker itself, and says where it was. */
export function blaming<Read>(at: ts.Node, read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof CheckerDefectError ? cause : new CheckerDefectError(placeOf(at), cause);
  }
}

import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { idleWork } from '../idle-second.js';
import { job } from '../job-flow.js';

/** A conductor that has nothing to do. */
export const idleConductor = idleWork('idle-conductor', async (url, measure) => {
  await using app = flowproof({ persistence: postgres(url), flows: [job], services: { begun: () => undefined } });
  await using works = conductor(app);
  await works.start();
  await measure();
});

import fc from 'fast-check';

/**
 * What properties leave to chance is the same each time: a change is not refused for what it did not do. Others are tried with
 * `FLOWPROOF_SEED=… npm test`, and a failure prints the seed that it was found by.
 */
fc.configureGlobal({ seed: Number(process.env.FLOWPROOF_SEED ?? 1) });

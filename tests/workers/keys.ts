/** With which tests seal what goes through brokers, in all of their processes. */
export const KEYS = [{ id: 'tests', key: Buffer.alloc(32, 7).toString('base64') }];

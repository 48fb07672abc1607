/** The door that the fixtures see; one line to change when it moves. */
export * from '../src/index.js';
export * from '../src/testing/index.js';

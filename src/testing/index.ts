/** Door `flowproof/testing`: time and faults in the hands of tests. */
export { type Fault, type FaultyPersistence, withFaults } from './faults.js';
export { rounds } from './rounds.js';
export { VirtualClock } from './virtual-clock.js';

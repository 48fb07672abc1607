/** Door `flowproof/testing`: time, tasks and faults in the hands of tests. */

export { type MemoryTransportOptions, memoryTransport } from '../transport/index.js';
export { type BoardCase, type BoardRig, boardCases, runBoardCase } from './boards/index.js';
export { type Crash, type CrashFinding, type CrashReport, NotCrashSafeError } from './crash-report.js';
export type { ReadEffects } from './effects.js';
export { type Fault, type FaultyPersistence, withFaults } from './faults.js';
export { type Recorded, type RecordedAtom, recorded } from './recorded.js';
export { rounds } from './rounds.js';
export { type Stub, type StubContext, type StubInputs, type StubOptions, type StubOutputs, type StubResult, stub } from './stub.js';
export { type SurviveOptions, surviveEveryCrash } from './survive-every-crash.js';
export { type TestApp, type TestAppOptions, testApp } from './test-app.js';
export { runTransportCase, type TransportCase, type TransportRig, transportCases } from './transports/index.js';
export { VirtualClock } from './virtual-clock.js';
export type { WaitUntilOptions } from './wait-until.js';

import { killsAt } from './statements.js';

// All of them: `*.deep.test.ts`.
killsAt('firing', 'firing', [
  { kind: 'fire', nth: 1, side: 'before' },
  { kind: 'fire', nth: 1, side: 'sent' },
  { kind: 'fire', nth: 1, side: 'after' },
]);
killsAt('letting-go', 'letting go', [{ kind: 'append', nth: 1, side: 'after' }]);
killsAt('claiming', 'claiming', [
  { kind: 'claim', nth: 1, side: 'before' },
  { kind: 'claim', nth: 1, side: 'sent' },
  { kind: 'claim', nth: 1, side: 'after' },
  { kind: 'append', nth: 1, side: 'before' },
]);
killsAt('hearing', 'hearing', [
  { kind: 'take', nth: 1, side: 'after' },
  { kind: 'append', nth: 1, side: 'before' },
]);

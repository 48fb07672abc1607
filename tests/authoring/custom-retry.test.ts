import { describe, expect, test } from 'vitest';
import { defineRetry, flowDefinitionOf, type History, Retry } from '../../src/authoring/index.js';
import { type Decision, type FlowDefinitionError, graph, linear, unordered } from '../../src/index.js';

@Retry({ name: 'grow', requires: ['limit', 'start?'], provides: ['size'] })
class Grow {
  execute(history: History<{ size: number }>, { start = 1 }: { limit: number; start?: number }) {
    return { size: start * 2 ** history.length };
  }
  onFailure(history: History<{ size: number }>, { limit }: { limit: number }): Decision {
    return history.length < limit ? 'RETRY' : 'REVERT';
  }
  revert() {}
}

class Thrice {
  onFailure({ length }: History): Decision {
    return length < 3 ? 'RETRY' : 'REVERT';
  }
}

const retryOf = (flow: object) => flowDefinitionOf(flow)?.retry;
const codes = (flow: { compile(): unknown }): unknown => {
  try {
    flow.compile();
    return [];
  } catch (error) {
    return (error as FlowDefinitionError).diagnostics.map(({ code, message }) => `${code} ${message}`);
  }
};

describe('a retry of the user', () => {
  test('is described by what @Retry said', () => {
    const flow = linear('f').input<{ limit: number }>().retry(Grow).build();
    expect(retryOf(flow)).toEqual({
      kind: 'custom',
      name: 'grow',
      requires: [
        { name: 'limit', optional: false },
        { name: 'start', optional: true },
      ],
      provides: [{ name: 'size', optional: false }],
      declared: true,
      lacksOnFailure: false,
      hasExecute: true,
      hasRevert: true,
      code: { kind: 'class', target: Grow },
    });
    expect(codes(flow)).toEqual([]);
  });

  test('is described by what defineRetry was given', () => {
    const options = { name: 'patient', onFailure: (history: History): Decision => (history.length < 9 ? 'RETRY' : 'REVERT_LOCAL') };
    expect(retryOf(graph('f').retry(defineRetry(options)).build())).toMatchObject({
      kind: 'custom',
      name: 'patient',
      requires: [],
      provides: [],
      declared: true,
      hasExecute: false,
      hasRevert: false,
      code: { kind: 'object', target: options },
    });
  });

  test('may be a plain call of the decorator', () => {
    class Plain {
      onFailure(): Decision {
        return 'REVERT';
      }
    }
    Retry({ name: 'plain' })(Plain);
    expect(retryOf(linear('f').retry(Plain).build())).toMatchObject({ name: 'plain', declared: true });
  });

  test('may be a class or an object that only decides', () => {
    const instance = new Thrice();
    expect(retryOf(unordered('f').retry(Thrice).build())).toMatchObject({ name: 'Thrice', code: { kind: 'class', target: Thrice } });
    const flow = linear.dynamic('f').retry(instance).build();
    expect(retryOf(flow)).toMatchObject({ name: 'retry', declared: true, code: { kind: 'object', target: instance } });
    expect(codes(flow)).toEqual([]);
  });

  test('a subclass has no declaration of its own', () => {
    class Slower extends Grow {}
    const flow = linear('f').input<{ limit: number }>().retry(Slower).build();
    expect(codes(flow)).toEqual([
      "RETRY_UNDECLARED flow 'f' has the retry 'Slower', which does not say what it takes and gives: decorate it with @Retry, or use defineRetry",
    ]);
  });

  test('that takes inputs must say which', () => {
    class Reads {
      onFailure(_history: History, { limit }: { limit: number }): Decision {
        return limit > 1 ? 'RETRY' : 'REVERT';
      }
    }
    expect(codes(linear('f').input<{ limit: number }>().retry(Reads).build())).toEqual([expect.stringMatching(/^RETRY_UNDECLARED /)]);
  });

  test('its values are in the scope of its flow, and what it reads must be there', () => {
    expect(codes(linear.dynamic('f').input([]).retry(Grow).build())).toEqual([
      "MISSING_VALUE flow 'f' needs 'limit' here, which nothing before it provides",
    ]);
    expect(linear('f').input<{ limit: number }>().retry(Grow).build().toMermaid()).toContain('grow');
  });
});

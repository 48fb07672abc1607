import { describe, expect, test } from 'vitest';
import { type AnyFlow, type Decision, flowproof, linear, memory, Retry, run, Task } from '../../src/index.js';

/** A class as a container sees it. */
type Any = new (...args: never[]) => object;
/** A class as flows see it: its methods are nobody's business here. */
type Plain = new () => { execute(): void };

const called: string[] = [];
const undo = async () => void called.push('undone');

/** The class as a task, in a flow that fails behind it. */
function flowOf(target: Any) {
  Task({ name: 'a' })(target as Plain);
  return linear
    .dynamic('f')
    .add(target as Plain)
    .add(Fails)
    .build();
}

const manifestOf = (flow: AnyFlow) => (flow.compile() as unknown as { readonly manifest: unknown }).manifest;

@Task({ name: 'fails' })
class Fails {
  execute() {
    throw new Error('planned');
  }
}

class Execute {
  execute() {}
}

class Inherits extends class extends Execute {
  revert() {
    return undo();
  }
} {}

class Arrow extends Execute {
  revert = undo;
}

class InheritsArrow extends Arrow {}

class Assigned extends Execute {
  revert: unknown;
  constructor() {
    super();
    this.revert = undo;
  }
}

class Mixed extends Execute {
  constructor() {
    super();
    Object.assign(this, { ['re' + 'vert']: undo });
  }
}

class Getter extends Execute {
  get revert() {
    return undo;
  }
}

describe('the revert of a task is called wherever it is written', () => {
  test.each([
    ['inherited', Inherits],
    ['an arrow field', Arrow],
    ['an inherited arrow field', InheritsArrow],
    ['assigned in the constructor', Assigned],
    ['mixed in by the constructor', Mixed],
    ['a getter', Getter],
  ])('%s', async (_, target) => {
    called.length = 0;
    const flow = flowOf(target);
    expect(manifestOf(flow)).toMatchObject({
      atoms: [
        { path: 'f/a', reverts: true },
        { path: 'f/fails', reverts: false },
      ],
    });
    expect(await run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(called).toEqual(['undone']);
  });

  test('mixed into the class after it was decorated', async () => {
    called.length = 0;
    const target = class extends Execute {};
    const flow = flowOf(target);
    Object.assign(target.prototype, { revert: undo });
    expect(await run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(called).toEqual(['undone']);
  });

  test('a class without one is undone without a call', async () => {
    let made = 0;
    const target = class extends Execute {
      constructor() {
        super();
        made++;
      }
    };
    const flow = flowOf(target);
    flow.compile();
    const atStart = made;
    expect(await run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(made - atStart, 'instances for one call of execute').toBe(1);
  });
});

describe('what a container gives is called', () => {
  class Bare extends Execute {}
  class WithUndo extends Bare {
    revert() {
      return undo();
    }
  }
  class NeedsMore extends Execute {
    revert = undo;
    constructor(readonly what: string) {
      super();
    }
  }
  class OnlyInside extends Execute {
    static inside = false;
    revert = undo;
    constructor() {
      super();
      if (!OnlyInside.inside) throw new Error('made outside of the container');
    }
  }
  const around = (instance: object) => new Proxy(instance, { get: (target, key) => (key === 'revert' ? undo : Reflect.get(target, key)) });

  test.each<[string, Any, () => object]>([
    ['a subclass that can be undone', Bare, () => new WithUndo()],
    ['a proxy that adds a revert', Bare, () => around(new Bare())],
    ['an instance that comes later', Bare, async () => new WithUndo()],
    ['an instance with parameters, and an arrow field', NeedsMore, () => new NeedsMore('x')],
  ])('%s', async (_, target, make) => {
    called.length = 0;
    const flow = flowOf(target);
    const resolve = (task: Any) => (task === target ? make() : new Fails());
    const app = flowproof({ persistence: memory(), flows: [flow], resolve });
    expect(await app.run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(called).toEqual(['undone']);
    await app.stop();
  });

  test('of a class that can be made in the container only', async () => {
    called.length = 0;
    const flow = flowOf(OnlyInside);
    expect(manifestOf(flow)).toMatchObject({ atoms: [{ path: 'f/a', reverts: true }, {}] });
    OnlyInside.inside = true;
    await using app = flowproof({ persistence: memory(), flows: [flow], resolve: (task) => new (task as new () => object)() });
    expect(await app.run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(called).toEqual(['undone']);
  });

  test('and nothing is asked for what nobody undoes', async () => {
    const plain = linear.dynamic('g').add(Fails).build();
    const resolve = (task: Any) => new (task as new () => object)();
    await using app = flowproof({ persistence: memory(), flows: [plain], resolve });
    expect(await app.run(plain)).toMatchObject({ state: 'REVERTED', failures: [{ path: 'g/fails' }] });
  });

  test('what is no task is the failure of that task, with a sentence', async () => {
    for (const given of [undefined, null, {}, 'text']) {
      const flow = flowOf(class extends Execute {});
      await using app = flowproof({ persistence: memory(), flows: [flow], resolve: () => given as unknown as object });
      const failure = { name: 'TaskContractError', code: 'NO_METHOD', message: expect.stringContaining("task 'a' has no execute() here") };
      expect(await app.run(flow)).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/a', failure }] });
    }
  });
});

describe('hooks', () => {
  class Hooked extends Execute {
    preExecute = () => void called.push('preExecute');
    postExecute = () => void called.push('postExecute');
    preRevert = () => void called.push('preRevert');
    postRevert = () => void called.push('postRevert');
  }

  test('that are arrow fields are called, those around revert also without one', async () => {
    called.length = 0;
    expect(await run(flowOf(Hooked))).toMatchObject({ state: 'REVERTED' });
    expect(called).toEqual(['preExecute', 'postExecute', 'preRevert', 'postRevert']);
  });
});

describe('the methods of a retry are called wherever they are written', () => {
  const seen: unknown[] = [];

  @Task({ name: 'reads', requires: ['z'] })
  class Reads {
    execute({ z }: { z: number }) {
      seen.push(z);
      if (z < 3) throw new Error('too small');
      throw Object.assign(new Error('enough'), { code: 'ENOUGH' });
    }
  }

  class Arrows {
    execute = (history: { readonly length: number }) => ({ z: history.length + 1 });
    onFailure = (history: { readonly length: number }): Decision => (history.length < 3 ? 'RETRY' : 'REVERT');
    revert = () => void called.push('released');
  }
  class FromContainer {
    execute: (history: { readonly length: number }) => { z: number };
    revert = () => void called.push('released');
    constructor(start: number) {
      this.execute = (history) => ({ z: history.length + start });
    }
    onFailure = (history: { readonly length: number }): Decision => (history.length < 3 ? 'RETRY' : 'REVERT');
  }

  test.each<[string, Any, object]>([
    ['arrow fields', Arrows, {}],
    ['inherited arrow fields', class extends Arrows {}, {}],
    [
      'of the instance that a container gives',
      FromContainer,
      { resolve: (made: Any) => (made === FromContainer ? new FromContainer(1) : new Reads()) },
    ],
  ])('%s', async (_, target, options) => {
    seen.length = called.length = 0;
    Retry({ name: 'r', provides: ['z'] })(target as typeof Arrows);
    const flow = linear
      .dynamic('f')
      .retry(target as typeof Arrows)
      .add(Reads)
      .build();
    const app = flowproof({ persistence: memory(), flows: [flow], ...options });
    expect(await app.run(flow)).toMatchObject({ state: 'REVERTED' });
    expect(seen).toEqual([1, 2, 3]);
    expect(called).toEqual(['released']);
    await app.stop();
  });

  test('an arrow onFailure makes a class a retry; what it takes and gives is to be said', async () => {
    let tries = 0;
    @Task({ name: 'tries' })
    class Tries {
      execute() {
        if (++tries < 3) throw new Error('again');
      }
    }
    class Thrice {
      onFailure = (history: { readonly length: number }): Decision => (history.length < 3 ? 'RETRY' : 'REVERT');
    }
    expect(await run(linear('f').retry(Thrice).add(Tries).build())).toMatchObject({ state: 'SUCCESS' });
    const codeOf = (retry: object) => {
      try {
        linear
          .dynamic('f')
          .retry(retry as typeof Thrice)
          .add(Tries)
          .build()
          .compile();
        return 'none';
      } catch (error) {
        return (error as { diagnostics: { code: string }[] }).diagnostics.map(({ code }) => code).join();
      }
    };
    expect(codeOf(Thrice)).toBe('none');
    expect(codeOf(class extends Arrows {})).toBe('RETRY_UNDECLARED');
    expect(
      codeOf(
        class {
          onFailure = (_: unknown, { limit }: { limit: number }): Decision => (limit > 1 ? 'RETRY' : 'REVERT');
        },
      ),
    ).toBe('RETRY_UNDECLARED');
    let ran = false;
    const plain = function decide() {
      ran = true;
    };
    expect([codeOf(plain), codeOf(() => 'RETRY'), codeOf(class {})]).toEqual(['NOT_A_RETRY', 'NOT_A_RETRY', 'NOT_A_RETRY']);
    expect(ran, 'functions are not called to see what they make').toBe(false);
  });

  test('a class with parameters needs a container', () => {
    Retry({ name: 'r', provides: ['z'] })(FromContainer);
    const flow = linear.dynamic('f').retry(FromContainer).add(Reads).build();
    expect(() => flowproof({ persistence: memory(), flows: [flow] })).toThrow(/constructor with parameters: give the app 'resolve'/);
  });
});

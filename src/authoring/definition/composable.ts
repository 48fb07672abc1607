/**
 * Lets a decorator of classes be an argument where a list of decorators of any kind is taken, as `applyDecorators(Injectable(),
 * Task(…))` of NestJS: it is assignable to `MethodDecorator`. That is its type only. It takes three arguments, and classes are
 * decorated with one or two, so TypeScript never chooses it for a class. On a method, it is what the sentence comes from.
 */
export type Composable = <Key extends string | symbol>(
  target: object,
  key: string extends Key ? Key : 'this decorates classes only',
  descriptor: object,
) => void;

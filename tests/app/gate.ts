/** A promise that a test opens: tasks wait at it, tests wait for tasks to have come. */
export class Gate {
  readonly opened: Promise<void>;
  readonly reached: Promise<void>;
  open: () => void = () => undefined;
  #reach: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  async pass(): Promise<void> {
    this.#reach();
    await this.opened;
  }
}

/** Tells when so many flows have ended, seen in the process that does them: no polling is added to what a peer takes. */
export class Endings {
  #missing = 0;
  #resolve = () => undefined;
  #reject = () => undefined;

  wait(count) {
    this.#missing = count;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  one() {
    if (--this.#missing === 0) this.#resolve(performance.now());
  }

  fail(error) {
    this.#reject(error);
  }
}

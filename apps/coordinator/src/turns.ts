/** Lets one go on at a time, line by line, in the order in which they came. */
export class Turns<T> {
  readonly #lines = new Map<string, { readonly who: T; readonly begin: () => void }[]>();

  /** Joins a line; `begin` is called at once when nobody is before it, else when all of them have left. */
  enter(line: string, who: T, begin: () => void): void {
    const waiting = this.#lines.get(line) ?? [];
    this.#lines.set(line, waiting);
    if (waiting.push({ who, begin }) === 1) begin();
  }

  /** Leaves, whether its turn has come or not. */
  leave(who: T): void {
    for (const [line, waiting] of this.#lines) {
      const at = waiting.findIndex((one) => one.who === who);
      if (at < 0) continue;
      waiting.splice(at, 1);
      if (waiting.length === 0) this.#lines.delete(line);
      else if (at === 0) waiting[0]!.begin();
    }
  }
}

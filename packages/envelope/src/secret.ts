const SHOWN = "[secret]";

/**
 * Secret bytes that do not print: as text, in a template, as JSON and in Node's inspection they are `[secret]`, and they are no property, so
 * spreading, listing keys and `structuredClone` give an empty object. Only `reveal` gives them.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  /** Keeps these very bytes, not a copy. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves, not a copy: not for messages, logs or errors. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Overwrites the bytes with zeros. Copies that the engine made are out of reach. */
  erase(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  static {
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => SHOWN });
  }
}

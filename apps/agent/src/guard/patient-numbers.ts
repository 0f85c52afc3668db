/** Gives each patient of a centre a number: the same for the same identifier, 0, 1, 2, … as they are met. */
export interface PatientNumbers {
  numberOf(identifier: string): number;
}

/** Numbers that nobody keeps: for a source that is opened to look at, and not to answer from. */
export class PassingNumbers implements PatientNumbers {
  readonly #numbers = new Map<string, number>();

  numberOf(identifier: string): number {
    const number = this.#numbers.get(identifier) ?? this.#numbers.size;
    // With memory of its own: a slice would keep the whole piece of the file that it was cut from.
    if (number === this.#numbers.size) this.#numbers.set(Buffer.from(identifier, "utf16le").toString("utf16le"), number);
    return number;
  }
}

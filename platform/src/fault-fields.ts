/** What may be logged of a failure. */
export interface FaultFields {
  /** The kind of an error. */
  readonly fault: string;
  /** A sentence of our own. */
  readonly problem?: string;
  /** Where in the program it happened. */
  readonly places?: string;
}

/**
 * What may be logged of a failure: our own sentence; of any other error only its kind and where it happened, since its message may hold anything.
 * @param ours the faults of a program whose messages are written for people, and hold nothing secret
 */
export function faultFields(error: unknown, ours: readonly (abstract new (...args: never) => Error)[]): FaultFields {
  if (!(error instanceof Error)) return { fault: "unknown" };
  if (ours.some((kind) => error instanceof kind)) return { fault: error.name, problem: error.message };
  return { fault: error.name, places: placesOf(error) };
}

/** The places of a stack, without the message before them: none when the message can't be told from them. */
export function placesOf({ message, stack = "" }: Error): string {
  const at = stack.indexOf(message);
  const after = at < 0 ? "" : stack.slice(at + message.length);
  return after
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}

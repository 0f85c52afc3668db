import type { Draw } from "./draw.ts";

/** What is fed to a reader: text, bytes, or a value as JSON has it. */
export type Input = string | Uint8Array | object | number | boolean | null;

/** One reader, and what it is fed. */
export interface Target {
  readonly name: string;
  /** Out of so many inputs of all targets together, as parts of the sum of all shares. */
  readonly share: number;
  /** An input: an example with changes, or noise. */
  make(draw: Draw): Input;
  /** What became of an input, in a word or two. Throws for what must not happen: another error than the reader promises, or an answer that is none. */
  run(input: Input): string | Promise<string>;
  /** Ends what the target holds open. */
  close?(): Promise<void>;
}

/** What became of an input of a function that promises one kind of error: `taken`, or the error's name and kind. Any other error is thrown on. */
export function outcomeOf(act: () => unknown, ...promised: readonly (new (...args: never[]) => Error)[]): string {
  try {
    act();
    return "taken";
  } catch (error) {
    return nameOf(error, promised);
  }
}

/** The same for a function that answers later. */
export async function laterOutcomeOf(
  act: () => Promise<unknown>,
  ...promised: readonly (new (...args: never[]) => Error)[]
): Promise<string> {
  try {
    await act();
    return "taken";
  } catch (error) {
    return nameOf(error, promised);
  }
}

function nameOf(error: unknown, promised: readonly (new (...args: never[]) => Error)[]): string {
  if (!(error instanceof Error) || promised.every((kind) => error.constructor !== kind)) throw error;
  const { kind, code, cause } = error as { kind?: unknown; code?: unknown; cause?: unknown };
  const detail = [kind, code, cause].find((one) => typeof one === "string");
  return detail === undefined ? error.name : `${error.name} ${detail as string}`;
}

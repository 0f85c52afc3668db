/** How the command ends; the whole table. */
export const EXIT = {
  done: 0,
  error: 1,
  /** Wrong arguments, or an invalid query: an unknown variable, code, cut point or dataset version. */
  usage: 2,
  /** A centre or the network refused by its policy. */
  refused: 3,
  tooFewCentres: 4,
  /** The release opens nothing at all. */
  everythingHidden: 5,
  timedOut: 6,
  /** Ctrl-C, as shells write it. */
  interrupted: 130,
} as const;

export type Exit = keyof typeof EXIT;

/** Ends the command: a sentence for people that says what to do next, and how the command ends. */
export class Stop extends Error {
  override readonly name = "Stop";
  readonly exit: Exit;
  constructor(exit: Exit, message: string) {
    super(message);
    this.exit = exit;
  }
}

/** What the command writes to: stdout is data, stderr is for people. */
export interface Console {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches each of them. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal, or 100. */
  readonly width: number;
  /** NO_COLOR was not set, TERM is not dumb. */
  readonly colour: boolean;
}

/** The console of this process. A reader that went away (`| head`) is not an error. */
export function processConsole(env: NodeJS.ProcessEnv): Console {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    width: Math.min(Math.max(process.stdout.columns ?? process.stderr.columns ?? 100, 40), 140),
    colour: (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
  };
}

import type { Console } from "./console.ts";

/** Tells people on stderr how far the work is. It never says a count of patients: it has none. */
export interface Progress {
  /** Where the work is now: replaces the line before on a terminal, a line of its own elsewhere. */
  step(text: string): void;
  /** Something that stays on the screen. */
  note(text: string): void;
  /** Takes the passing line away. */
  clear(): void;
}

const ERASE = "\r\u001B[2K";

export function startProgress(console: Console, quiet: boolean): Progress {
  if (quiet) return { step: () => {}, note: () => {}, clear: () => {} };
  let passing = false;
  let last = "";
  const clear = () => {
    if (passing) console.err(ERASE);
    passing = false;
  };
  return {
    step: (text) => {
      if (text === last) return;
      last = text;
      if (!console.errIsTerminal) return console.err(`${text}\n`);
      console.err(`${ERASE}${[...text].slice(0, console.width - 1).join("")}`);
      passing = true;
    },
    note: (text) => {
      clear();
      console.err(`${text}\n`);
    },
    clear,
  };
}

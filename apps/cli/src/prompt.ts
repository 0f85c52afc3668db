import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Stop } from "./exit.ts";

/** Asks a person one line; what they type does not show when it is hidden. Stop when nobody sits at a terminal. */
export async function prompt(question: string, { hidden = false }: { readonly hidden?: boolean } = {}): Promise<string> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new Stop("usage", "nobody can be asked here: give it as an option, or run the command at a terminal");
  let shows = true;
  const output = new Writable({
    write: (chunk: Uint8Array, _, done) => {
      if (shows) process.stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = lines.question(question);
    shows = !hidden;
    return await answer;
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}

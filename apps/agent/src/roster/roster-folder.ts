import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { contentHashSchema, toUtf8 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { RosterChain } from "@tutti/protocol";
import { z } from "zod";
import { writeDurably } from "../guard/durable-file.ts";
import { StartProblem } from "../start-problem.ts";

/** A person's yes to a version of the roster. */
export interface RosterYes {
  readonly version: number;
  /** `sha256:…` of the version: what they were shown, whatever is told by that number later. */
  readonly roster: string;
  /** Who said it, as they said or as the operating system knows them. */
  readonly by: string;
  /** When, by the clock of their command: milliseconds since 1970. */
  readonly atMs: number;
}

/** What is kept of the roster at a centre, as far as its pin has to do with it. */
export interface PinFolder {
  pinned(): RosterChain | null;
  told(): RosterChain | null;
  yes(): RosterYes | null;
  pin(chain: RosterChain): Promise<void>;
  tell(chain: RosterChain): Promise<void>;
  forgetYes(): Promise<void>;
}

const yesSchema: z.ZodType<RosterYes> = z.strictObject({
  version: z.int().min(1),
  roster: contentHashSchema,
  by: z.string().min(1).max(100),
  atMs: z.int().min(0),
});

const PINNED = "pinned.json";
const TOLD = "told.json";
const YES = "yes.json";

/**
 * `roster/` in the folder of the ledger: the versions that are pinned, those that the coordinator told last, and a person's yes that the agent has not
 * taken up. Each file is there whole or not at all. Works as well while the agent is down.
 */
export class RosterFolder implements PinFolder {
  readonly #path: string;

  constructor(ledger: string) {
    this.#path = join(ledger, "roster");
  }

  /** The versions up to the pinned one; null before the first start. StartProblem when the file is damaged. */
  pinned(): RosterChain | null {
    const text = this.#text(PINNED);
    if (text === null) return null;
    try {
      return RosterChain.open(JSON.parse(text), scheme);
    } catch {
      throw new StartProblem(`${join(this.#path, PINNED)} is damaged: restore the newest copy of the whole folder of the ledger`);
    }
  }

  /** All versions that the coordinator told last; null when there are none that can be read. */
  told(): RosterChain | null {
    try {
      return RosterChain.open(JSON.parse(this.#text(TOLD) ?? ""), scheme);
    } catch {
      return null;
    }
  }

  /** A yes that was not taken up; null when there is none. */
  yes(): RosterYes | null {
    try {
      return yesSchema.parse(JSON.parse(this.#text(YES) ?? ""));
    } catch {
      return null;
    }
  }

  async pin(chain: RosterChain): Promise<void> {
    await this.#write(PINNED, chain.envelopes);
  }

  async tell(chain: RosterChain): Promise<void> {
    await this.#write(TOLD, chain.envelopes);
  }

  async sayYes(yes: RosterYes): Promise<void> {
    await this.#write(YES, yes);
  }

  async forgetYes(): Promise<void> {
    await rm(join(this.#path, YES), { force: true });
  }

  async #write(name: string, value: unknown): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    await writeDurably(join(this.#path, name), toUtf8(`${JSON.stringify(value, null, 2)}\n`));
  }

  #text(name: string): string | null {
    try {
      return readFileSync(join(this.#path, name), "utf8");
    } catch {
      return null;
    }
  }
}

import type { ConsentStage, Decided, Entry, Held } from "@tutti/ledger";

/** Where a question stands with the people at this centre; `spent`: they agreed, and it was answered. */
export type ConsentState = "asked" | Decided["decision"] | "spent";

/** What they were asked, as the ledger has it. */
export interface AskedQuestion {
  readonly stage: ConsentStage;
  /** `sha256:…` of the offer by which they were asked, or by which it was asked again since. */
  readonly offer: string;
  readonly question: string;
  readonly state: ConsentState;
  readonly untilMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The name under which people decide: 64 hexadecimal digits, of the question's hash, or of the offer's where they are asked before shares leave, since
 * then it is this session and no other.
 */
export function consentId({ stage, question, offer }: Pick<AskedQuestion, "stage" | "question" | "offer">): string {
  return (stage === "run" ? question : offer).slice("sha256:".length);
}

/** What people were asked and decided, read from the ledger: the one place that says so, so that each question is decided once. */
export class Decisions {
  readonly #questions = new Map<string, AskedQuestion>();
  #stopped = false;

  /** Whether the last order in the ledger is to stop. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes the next entry of the ledger. */
  remember(entry: Entry): void {
    switch (entry.kind) {
      case "held":
        return this.#note(entry.body, "asked", Date.parse(entry.time));
      case "decided":
        return this.#note(entry.body, entry.body.decision, Date.parse(entry.time));
      case "answered":
      case "released": {
        const { question } = entry.body;
        const known = question === undefined ? undefined : this.of("run", question);
        if (known !== undefined) this.#questions.set(consentId(known), { ...known, state: "spent" });
        return;
      }
      case "stopped":
      case "resumed":
        this.#stopped = entry.kind === "stopped";
    }
  }

  /** What is known of a question, or, at the stage `shares`, of an offer; by its hash. */
  of(stage: ConsentStage, hash: string): AskedQuestion | undefined {
    const found = this.#questions.get(hash.slice("sha256:".length));
    return found?.stage === stage ? found : undefined;
  }

  all(): readonly AskedQuestion[] {
    return [...this.#questions.values()];
  }

  #note({ stage, question, offer, until }: Held | Decided, state: ConsentState, nowMs: number): void {
    const untilMs = Date.parse(until);
    for (const [id, known] of this.#questions) if (known.untilMs < nowMs - DAY_MS) this.#questions.delete(id);
    this.#questions.set(consentId({ stage, question, offer }), { stage, question, offer, state, untilMs });
  }
}

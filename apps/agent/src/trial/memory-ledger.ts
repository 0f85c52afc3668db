import { append, type Deed, GENESIS, type Head, headOf, type PinnedVersion } from "@tutti/ledger";
import { AnsweredLately } from "../consent/answered-lately.ts";
import { Decisions } from "../consent/decisions.ts";
import type { Ledger } from "../ledger-file.ts";

const ANSWERS: ReadonlySet<Deed["kind"]> = new Set(["answered", "refused", "released", "abandoned"]);

/** A ledger that forgets everything with the test. */
export class MemoryLedger implements Ledger {
  readonly deeds: Deed[] = [];
  readonly kept: Map<string, string> = new Map();
  readonly lately: AnsweredLately = new AnsweredLately();
  readonly decisions: Decisions = new Decisions();
  pinned: PinnedVersion | null = null;
  writable = true;
  head: Head = GENESIS;
  /** Heads that it does not run through, as if it had been restored from an older copy. */
  lost: Head | null = null;
  runsThrough(head: Head): boolean {
    return head.hash !== this.lost?.hash;
  }
  answered(offerHash: string): boolean {
    return this.deeds.some(({ kind, body }) => ANSWERS.has(kind) && "offer" in body && body.offer === offerHash);
  }
  async append(deed: Deed): Promise<void> {
    if (!this.writable) throw new Error("the disk is full");
    const entry = append(this.head, deed, new Date().toISOString());
    this.deeds.push(deed);
    this.head = headOf(entry);
    this.lately.remember(entry);
    this.decisions.remember(entry);
    if (deed.kind === "pinned") this.pinned = deed.body;
    if (deed.kind === "answered" && deed.body.sets !== undefined) this.kept.set(deed.body.offer, deed.body.sets);
  }
}

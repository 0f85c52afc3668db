import type { PartySetting } from "@tutti/protocol";
import type { Contribution, Plan } from "@tutti/query";
import type { Asked, Past } from "./guard/past.ts";
import type { Heap } from "./heap.ts";
import type { LogWatch } from "./log-watch.ts";
import type { RosterPin } from "./roster/roster-pin.ts";
import type { SessionHost } from "./session-run.ts";

/** The data of one dataset. */
export interface AgentSource extends Asked {
  contribute(plan: Plan): Promise<Contribution>;
  readonly summary: { readonly rows: number };
}

/** What an agent is made of. */
export interface AgentParts extends SessionHost {
  readonly setting: Omit<PartySetting, "rule" | "answered" | "history" | "ledgerHead">;
  /** By `id@version`. */
  readonly sources: ReadonlyMap<string, AgentSource>;
  /** What is known of earlier sessions. */
  readonly past: Past;
  /** Whether the coordinator's log still holds. */
  readonly watch: Pick<LogWatch, "expect" | "trouble">;
  /** The roster that counts; the setting's own for good when left out. */
  readonly rosters?: Pick<RosterPin, "newest" | "look" | "takeUp"> | undefined;
  /** What is told when sessions end and when nobody asks; nothing is when left out. */
  readonly heap?: Pick<Heap, "ended" | "resting"> | undefined;
  /** Waits; rejects when `signal` aborts. */
  readonly sleep: (ms: number) => Promise<void>;
}

import type { AuditCase, Check, Evidence } from "@tutti/client";
import type { Preview } from "@tutti/disclosure";
import type { LogFile, Receipt } from "@tutti/protocol";
import type { Ran } from "./child.ts";
import type { QueryState } from "@tutti/protocol";
import type { Console } from "./console.ts";
import type { Exit } from "./exit.ts";
import type { Network, NetworkPlan } from "./network.ts";
import type { Progress } from "./progress.ts";
import type { Released } from "./released.ts";

/** What a researcher's program needs to be let in. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

/** How one query is asked. */
export interface Asking {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Called with the receipt of the release, where somebody wants it. */
  readonly onReceipt?: ((receipt: Receipt) => void) | undefined;
}

/** Where a query stands that was asked before. */
export interface Standing {
  readonly id: string;
  readonly state: QueryState["state"];
  /** How many centres' people have not decided, while it waits for them; null otherwise. */
  readonly deciding: number | null;
  readonly detail: string | null;
  readonly release: Released | null;
  readonly exit: Exit;
}

/** Everything that the commands do outside of themselves; tests pass their own. */
export interface Services {
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C, on SIGTERM, and when the process that started this one is gone. */
  readonly interrupted: AbortSignal;
  /** Asks a person one line; hidden, what they type does not show. Stop when nobody sits at a terminal. */
  prompt(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** Runs the agent's program with these arguments to its end. */
  agent(args: readonly string[], signal: AbortSignal): Promise<Ran>;
  /** Runs the coordinator's program with these arguments to its end. */
  coordinator(args: readonly string[], signal: AbortSignal): Promise<Ran>;
  startNetwork(plan: NetworkPlan, progress: Progress, signal: AbortSignal): Promise<Network>;
  /** Asks one query and waits for its release. Stop with the right exit when none comes. */
  ask(query: unknown, access: Access, asking: Asking): Promise<Released>;
  /** Says where a query stands that was asked before. Stop with the right exit when there is no answer. */
  standing(id: string, access: Access, signal: AbortSignal): Promise<Standing>;
  /** Says what a query would mean and cost a network, and asks nothing. Stop with the right exit when there is no answer. */
  preview(query: unknown, access: Access, signal: AbortSignal): Promise<Preview>;
  /** Checks a release, as `--json` prints it or as its bare envelope, against a roster and what else there is; offline. */
  checklist(release: unknown, roster: unknown, evidence: Evidence): Promise<readonly Check[]>;
  /** The coordinator's log, whole. Stop with the right exit when it can't be had. */
  log(url: string, signal: AbortSignal): Promise<LogFile>;
  /** Replays what centres and coordinator have written. */
  audit(files: AuditCase): Promise<readonly Check[]>;
}

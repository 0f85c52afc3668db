import type { Check } from "@tutti/client";
import type { Preview } from "@tutti/disclosure";
import type { Ran } from "./child.ts";
import type { Console } from "./console.ts";
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
  /** Says what a query would mean and cost a network, and asks nothing. Stop with the right exit when there is no answer. */
  preview(query: unknown, access: Access, signal: AbortSignal): Promise<Preview>;
  /** Checks a release, as `--json` prints it or as its bare envelope, against a roster; offline. */
  checklist(release: unknown, roster: unknown): readonly Check[];
}

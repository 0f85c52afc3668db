import type { Dataset } from "@tutti/dataset";
import type { Policy } from "@tutti/disclosure";
import type { Identity, Random, Sha256, SignatureScheme } from "@tutti/envelope";
import type { Clock } from "./clock.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Log } from "./log.ts";
import type { Rosters } from "./rosters.ts";
import type { Store } from "./store.ts";

/** What a coordinator is, and what it works with. */
export interface CoordinatorSetting {
  readonly identity: Identity;
  readonly rosters: Rosters;
  readonly policy: Policy;
  readonly datasets: readonly Dataset[];
  readonly deadlines: Deadlines;
  readonly store: Store;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
}

import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import type { QueryState } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import { SimulatedNetwork } from "./network.ts";

/** How a report went whose centres are far away. */
export interface RoundTrips {
  readonly state: QueryState | null;
  /** From the question to the last event, in round trips: what is worked out takes no time here. */
  readonly roundTrips: number;
}

/** The report of the demo by twelve centres, all of whose requests take so long there and back. */
export async function slowReport(roundTripMs: number): Promise<RoundTrips> {
  const network = new SimulatedNetwork({
    seed: 1,
    centres: Object.fromEntries(iphCohort().map(({ name, rows }) => [name, rows])),
    dataset: IPH,
    operations: [],
    latencyMs: [roundTripMs / 2, roundTripMs / 2],
  });
  await network.start();
  // All agents wait for offers.
  await network.clock.run(() => false, 5 * roundTripMs);
  const state = await network.ask(IPH_REPORT.queries[0] as Query, 120_000);
  const events = state?.events ?? [];
  const tookMs = events.length === 0 ? Infinity : events.at(-1)!.atMs - events[0]!.atMs;
  await network.end();
  return { state, roundTrips: tookMs / roundTripMs };
}

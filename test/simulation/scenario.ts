import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { seeded } from "../world/seeded.ts";
import { centreNames, type Operation, type RequestKind, REQUESTS, type WriteKind } from "./operation.ts";
import type { Scenario } from "./simulation.ts";

const WRITES: readonly WriteKind[] = ["ledger", "history", "kept"];
const MEASURES: readonly Query["measures"][number][] = [
  { id: "n", count: true },
  { id: "dyspnea", proportion: "dyspnea" },
  { id: "sex", distribution: "sex" },
  { id: "age", quantiles: "age", at: [0.5] },
  { id: "mean", mean: "age" },
];

/** What is drawn of each. */
export interface Dials {
  /** Centres of a network. */
  readonly centres: number;
  /** Queries of a network, before the closing one. */
  readonly queries: number;
  /** Operations a query, at most. */
  readonly faults: number;
}

/** Half of the networks have twelve centres, and the others fewer: the fewer there are, the fewer may be lost. */
export function dialsOf(seed: number): Dials {
  return { centres: [12, 4, 12, 7, 12, 5, 12, 8][seed % 8]!, queries: 5, faults: 3 };
}

/** A network, its queries and what goes wrong, from a seed. */
export function scenarioOf(seed: number, { centres, queries, faults }: Dials = dialsOf(seed)): Scenario {
  const draw = seeded(seed, "scenario");
  const below = (n: number): number => new DataView(draw(4).buffer).getUint32(0) % n;
  const of = <T>(some: readonly T[]): T => some[below(some.length)]!;
  const names = centreNames(centres);
  const patient = (): Patient => ({
    sex: of(["F", "F", "M", null]),
    dyspnea: of([true, false, true, null]),
    anca: of([true, false, null]),
    age: of([0, 0.5, 1, 1.5, 2, 3, 4, null]),
    weight: of([0, 1, 3]),
  });
  const patients = Object.fromEntries(names.map((name) => [name, Array.from({ length: below(5) + (centres < 8 ? 2 : 0) }, patient)]));
  const count = 1 + below(queries);
  const query = (): Query => ({
    dataset: "small@1",
    purpose: "simulated",
    ...(below(4) === 0 ? { where: { variable: "sex", is: "F" } } : {}),
    ...(below(5) === 0 ? { by: ["sex"] } : {}),
    measures: of([[MEASURES[0]!], [MEASURES[0]!, MEASURES[1]!], [MEASURES[2]!], [MEASURES[0]!, MEASURES[3]!], [MEASURES[4]!]]),
  });
  const asked = Array.from({ length: count }, query);
  const operations = Array.from({ length: below(faults * count + 1) }, () => operation({ below, of, names, queries: count }));
  return { seed, centres: patients, queries: asked, operations };
}

interface Draw {
  readonly below: (n: number) => number;
  readonly of: <T>(some: readonly T[]) => T;
  readonly names: readonly string[];
  readonly queries: number;
}

/** About how many requests of a kind a centre makes for one query. */
const OFTEN: Readonly<Record<RequestKind, number>> = { offers: 2, answer: 1, exchange: 7, release: 1, history: 1, stop: 1 };

function operation({ below, of, names, queries }: Draw): Operation {
  const on = of([...REQUESTS, "exchange", "exchange", "exchange"] as const);
  const at = { centre: of(names), on, nth: below(OFTEN[on] * queries + 1) };
  const write = { centre: at.centre, on: of(WRITES), nth: below(2 * queries) };
  // What people do matters where they are asked.
  const asked = names.slice(0, 2);
  const downMs = of([50, 500, 3_000, 15_000, 60_000]);
  switch (below(21)) {
    case 0:
    case 1:
      return { op: of(["dropRequest", "dropReply"] as const), ...at };
    case 2:
      return { op: "double", ...at };
    case 3:
      return { op: of(["corruptRequest", "corruptReply"] as const), ...at };
    case 4:
    case 5:
      return { op: "delay", ...at, ms: of([100, 1_000, 9_000, 12_000, 40_000]) };
    case 6:
    case 7:
      return { op: "killAgent", ...at, downMs };
    case 8:
      return { op: "killAgentWriting", ...write, done: below(2) === 0, downMs };
    case 9:
      return { op: "killCoordinator", ...at, silent: below(3) === 0, downMs };
    case 10:
      return { op: "killStore", nth: below(4 * queries), done: below(2) === 0, silent: below(3) === 0, downMs };
    case 11:
      return {
        op: "partition",
        centres: names.filter(() => below(4) === 0),
        fromMs: below(5_000 * queries),
        forMs: of([1_000, 8_000, 30_000]),
      };
    case 12:
      return { op: "fullDisk", ...write, times: of([1, 3, 100]) };
    case 13:
      return below(3) === 0
        ? { op: "skew", centre: at.centre, ms: of([-600_000, -100_000, -5_000, 5_000, 100_000, 600_000]) }
        : { op: "withhold", from: at.centre, to: names.filter(() => below(2) === 0), exchange: below(7) };
    case 14:
    case 15:
      return { op: "askPeople", centre: of(asked), before: of(["run", "run", "shares"] as const) };
    case 16:
      return {
        op: "decide",
        centre: of(asked),
        nth: below(2 * queries),
        decision: of(["approved", "denied"] as const),
        afterMs: of([200, 3_000, 15_000, 50_000, 100_000]),
      };
    case 17:
      return { op: "killAgentAsking", centre: of(asked), nth: below(queries), downMs };
    case 18:
      return { op: "stopAgent", ...at, forMs: of([300, 3_000, 30_000]) };
    case 19:
      return {
        op: "changeRoster",
        ...of([at, { centre: at.centre, on: "answer", nth: below(queries) }] as const),
        ...of([{ change: "enrol", who: "joins" } as const, { change: "remove", who: of(names) } as const]),
        yesMs: of([100, 2_000, 20_000]),
      };
    default:
      return { op: "lie", centre: at.centre, exchange: below(7) };
  }
}

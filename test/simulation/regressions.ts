import type { Operation } from "./operation.ts";

/**
 * Networks in which something that must hold did not, once, or that stand for a story: a seed, which draws patients and queries, and the operations that
 * are left when those that did not matter are left out. Each is run again by `npm test`.
 */
export const REGRESSIONS: readonly { readonly why: string; readonly seed: number; readonly operations: readonly Operation[] }[] = [
  {
    why: "a centre that accepted and deals too late: the session is formed anew without it",
    seed: 8,
    operations: [{ op: "delay", centre: "c03", on: "exchange", nth: 0, ms: 12_000 }],
  },
  {
    why: "of four, one that deals too late: three go on",
    seed: 1,
    operations: [{ op: "killAgent", centre: "c02", on: "exchange", nth: 0, downMs: 60_000 }],
  },
  {
    why: "three of twelve, one after the other: the session is formed anew each time",
    seed: 16,
    operations: ["c01", "c05", "c12"].map((centre, i) => ({ op: "delay", centre, on: "exchange", nth: i, ms: 12_000 }) as const),
  },
  {
    why: "two of twelve are gone after the deal: the others have points enough",
    seed: 20,
    operations: ["c04", "c09"].map((centre) => ({ op: "killAgent", centre, on: "exchange", nth: 1, downMs: 60_000 }) as const),
  },
  {
    why: "the coordinator hides a deal from some, so that they would form a session of their own",
    seed: 24,
    operations: [{ op: "withhold", from: "c01", to: ["c02", "c03", "c04"], exchange: 0 }],
  },
  {
    why: "different centres are dropped for different peers",
    seed: 28,
    operations: [
      { op: "withhold", from: "c01", to: ["c02", "c03", "c04"], exchange: 2 },
      { op: "withhold", from: "c02", to: ["c05", "c06", "c07"], exchange: 2 },
    ],
  },
  { why: "a lie in the deal", seed: 30, operations: [{ op: "lie", centre: "c02", exchange: 0 }] },
  { why: "a lie in the reveal", seed: 32, operations: [{ op: "lie", centre: "c02", exchange: 5 }] },
  {
    why: "an answer to the release is lost, and the agent dies before it asks again: it learns the release with the next offer",
    seed: 34,
    operations: [
      { op: "dropReply", centre: "c07", on: "release", nth: 0 },
      { op: "killAgent", centre: "c07", on: "release", nth: 1, downMs: 500 },
    ],
  },
  {
    why: "the disk of one is full when it would record what opens",
    seed: 36,
    operations: [{ op: "fullDisk", centre: "c01", on: "history", nth: 0, times: 1 }],
  },
];

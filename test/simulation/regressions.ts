import type { Operation } from "./operation.ts";
import type { Simulated } from "./simulation.ts";

/** One network that is run again: patients and queries are drawn from the seed. */
export interface Regression {
  readonly why: string;
  readonly seed: number;
  readonly operations: readonly Operation[];
  /** How its first queries end, where that is the story. */
  readonly ended?: Simulated["outcomes"];
}

/**
 * Networks in which something that must hold did not, once, or that stand for a story: a seed, which draws patients and queries, and the operations that
 * are left when those that did not matter are left out. Each is run again by `npm test`.
 */
export const REGRESSIONS: readonly Regression[] = [
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
  { why: "a lie in the deal", seed: 45, operations: [{ op: "lie", centre: "c02", exchange: 0 }], ended: ["stopped"] },
  { why: "a lie in the reveal", seed: 32, operations: [{ op: "lie", centre: "c02", exchange: 5 }], ended: ["stopped"] },
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
  {
    why: "a centre is lost between the deal and the second one, in which differences from earlier sets are dealt: what seems equal without it is near, and hides, also for whoever works it out in the clear",
    seed: 3_381,
    operations: [
      { op: "killStore", nth: 2, done: false, silent: true, downMs: 60_000 },
      { op: "killAgent", centre: "c04", on: "exchange", nth: 1, downMs: 60_000 },
    ],
  },
  {
    why: "the same, of a centre that was in none of the earlier sessions",
    seed: 3_287,
    operations: [
      { op: "fullDisk", centre: "c06", on: "kept", nth: 0, times: 3 },
      { op: "killAgent", centre: "c06", on: "exchange", nth: 3, downMs: 60_000 },
    ],
  },
  {
    why: "the coordinator keeps the question and dies before it says so: the researcher asks once more, and what the first answer told is in the past of the second",
    seed: 67,
    operations: [{ op: "killStore", nth: 10, done: true, silent: true, downMs: 60_000 }],
  },
  {
    why: "the coordinator keeps the formation and dies before anybody has it: that session comes to nothing, and has a name",
    seed: 69,
    operations: [{ op: "killStore", nth: 2, done: true, silent: false, downMs: 500 }],
    ended: ["stopped"],
  },
  {
    why: "the coordinator keeps the release and dies before anybody hears of it",
    seed: 69,
    operations: [{ op: "killStore", nth: 3, done: true, silent: false, downMs: 500 }],
    ended: ["released"],
  },
  {
    why: "an agent dies while its people are asked whether a query may run: they are not asked twice, and their yes counts",
    seed: 13,
    operations: [
      { op: "askPeople", centre: "c01", before: "run" },
      { op: "killAgentAsking", centre: "c01", nth: 0, downMs: 3_000 },
    ],
    ended: ["released"],
  },
  {
    why: "an agent dies while its people are asked whether its shares leave: the session is formed anew without it",
    seed: 45,
    operations: [
      { op: "askPeople", centre: "c01", before: "shares" },
      { op: "killAgentAsking", centre: "c01", nth: 0, downMs: 3_000 },
    ],
    ended: ["released"],
  },
  {
    why: "people deny that shares leave: the others go on",
    seed: 69,
    operations: [
      { op: "askPeople", centre: "c01", before: "shares" },
      { op: "decide", centre: "c01", nth: 0, decision: "denied", afterMs: 3_000 },
    ],
    ended: ["released"],
  },
  {
    why: "people agree when their time is over: the others have answered without them",
    seed: 13,
    operations: [
      { op: "askPeople", centre: "c01", before: "run" },
      { op: "decide", centre: "c01", nth: 0, decision: "approved", afterMs: 100_000 },
    ],
    ended: ["released"],
  },
  {
    why: "the disk is full when what people decided would be written down: it is written later",
    seed: 37,
    operations: [
      { op: "askPeople", centre: "c01", before: "run" },
      { op: "fullDisk", centre: "c01", on: "ledger", nth: 1, times: 1 },
    ],
  },
  {
    why: "somebody stops an agent in the middle of a session: nothing more is heard of it until it may go on",
    seed: 45,
    operations: [{ op: "stopAgent", centre: "c01", on: "exchange", nth: 2, forMs: 3_000 }],
    ended: ["stopped", "released"],
  },
  {
    why: "a centre joins while an offer is open: the offer ends, and so do those under the new roster until people have said yes",
    seed: 69,
    operations: [{ op: "changeRoster", centre: "c01", on: "answer", nth: 0, change: "enrol", who: "joins", yesMs: 2_000 }],
    ended: ["stopped", "refused", "released"],
  },
  {
    why: "a centre is taken out in the middle of a session: the others finish it under the roster that it began with",
    seed: 13,
    operations: [{ op: "changeRoster", centre: "c01", on: "exchange", nth: 2, change: "remove", who: "c03", yesMs: 2_000 }],
    ended: ["released", "refused", "released"],
  },
  {
    why: "a centre is taken out while people at another are asked: what they would agree to is another question now",
    seed: 45,
    operations: [
      { op: "askPeople", centre: "c01", before: "run" },
      { op: "decide", centre: "c01", nth: 0, decision: "approved", afterMs: 20_000 },
      { op: "changeRoster", centre: "c02", on: "offers", nth: 2, change: "remove", who: "c03", yesMs: 2_000 },
    ],
    ended: ["stopped", "refused", "released"],
  },
];

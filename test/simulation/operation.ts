/** What a request is for. */
export const REQUESTS: readonly RequestKind[] = ["offers", "answer", "exchange", "release", "history", "stop"];
/** One of the closed list. */
export type RequestKind = "offers" | "answer" | "exchange" | "release" | "history" | "stop";

/** What a centre writes durably. */
export type WriteKind = "ledger" | "history" | "kept";

/** The nth request, or write, of one kind by one centre: counted from 0, from the beginning. */
interface At<Kind> {
  readonly centre: string;
  readonly on: Kind;
  readonly nth: number;
}

/**
 * One thing that goes wrong, as data.
 * - `dropRequest`, `dropReply`: it does not arrive, and the connection breaks
 * - `delay`: it takes longer by so much; requests overtake each other by it
 * - `double`: it arrives twice
 * - `corruptRequest`, `corruptReply`: one bit of its body is turned
 * - `killAgent`: the agent dies when it would send the request, and starts again after a while; `killAgentWriting`: when it has written, or is about to
 * - `killCoordinator`: the coordinator dies when the request arrives; `killStore`: when it is about to write for the nth time
 * - `partition`: some centres can't reach the coordinator for a while
 * - `fullDisk`: a centre can't write from its nth write on, so many times
 * - `skew`: a centre's clock is wrong from the beginning
 * - `withhold`: the coordinator hides a centre's bundle of one exchange from some
 * - `lie`: a centre says other shares than its own to all in one exchange, well sealed
 */
export type Operation =
  | ({ readonly op: "dropRequest" | "dropReply" | "double" | "corruptRequest" | "corruptReply" } & At<RequestKind>)
  | ({ readonly op: "delay"; readonly ms: number } & At<RequestKind>)
  | ({ readonly op: "killAgent"; readonly downMs: number } & At<RequestKind>)
  | ({ readonly op: "killAgentWriting"; readonly done: boolean; readonly downMs: number } & At<WriteKind>)
  | ({ readonly op: "killCoordinator"; readonly downMs: number } & At<RequestKind>)
  | { readonly op: "killStore"; readonly nth: number; readonly downMs: number }
  | { readonly op: "partition"; readonly centres: readonly string[]; readonly fromMs: number; readonly forMs: number }
  | ({ readonly op: "fullDisk"; readonly times: number } & At<WriteKind>)
  | { readonly op: "skew"; readonly centre: string; readonly ms: number }
  | { readonly op: "withhold"; readonly from: string; readonly to: readonly string[]; readonly exchange: number }
  | { readonly op: "lie"; readonly centre: string; readonly exchange: number };

/** The names of the centres of a simulated network. */
export function centreNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `c${String(i + 1).padStart(2, "0")}`);
}

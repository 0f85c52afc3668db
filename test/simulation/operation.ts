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
 * One thing that goes wrong, as data; or that people do.
 * - `dropRequest`, `dropReply`: it does not arrive, and the connection breaks
 * - `delay`: it takes longer by so much; requests overtake each other by it
 * - `double`: it arrives twice
 * - `corruptRequest`, `corruptReply`: one bit of its body is turned
 * - `killAgent`: the agent dies when it would send the request, and starts again after a while; `killAgentWriting`: when it has written, or is about to;
 *   `killAgentAsking`: when it has asked its people for the nth time
 * - `killCoordinator`: the coordinator dies when the request arrives; `killStore`: when it has written for the nth time, or is about to. Connections to it
 *   break, or, where its machine is gone with it (`silent`), stay open until they time out
 * - `partition`: some centres can't reach the coordinator for a while
 * - `fullDisk`: a centre can't write from its nth write on, so many times
 * - `skew`: a centre's clock is wrong from the beginning
 * - `withhold`: the coordinator hides a centre's bundle of one exchange from some
 * - `lie`: a centre says other shares than its own to all in one exchange, well sealed and signed
 * - `askPeople`: a centre's people are asked, from the beginning, before a query runs there or before its shares leave
 * - `decide`: what they say when they are asked for the nth time, and after how long; otherwise yes, soon
 * - `stopAgent`: somebody stops a centre's agent when it would send the request, and lets it go on after a while
 * - `changeRoster`: when the request arrives, a centre is taken out of the roster, or one that never comes up is added; people at each of the others say
 *   yes so long after they have heard of it
 */
export type Operation =
  | ({ readonly op: "dropRequest" | "dropReply" | "double" | "corruptRequest" | "corruptReply" } & At<RequestKind>)
  | ({ readonly op: "delay"; readonly ms: number } & At<RequestKind>)
  | ({ readonly op: "killAgent"; readonly downMs: number } & At<RequestKind>)
  | ({ readonly op: "killAgentWriting"; readonly done: boolean; readonly downMs: number } & At<WriteKind>)
  | { readonly op: "killAgentAsking"; readonly centre: string; readonly nth: number; readonly downMs: number }
  | ({ readonly op: "killCoordinator"; readonly silent: boolean; readonly downMs: number } & At<RequestKind>)
  | { readonly op: "killStore"; readonly nth: number; readonly done: boolean; readonly silent: boolean; readonly downMs: number }
  | { readonly op: "partition"; readonly centres: readonly string[]; readonly fromMs: number; readonly forMs: number }
  | ({ readonly op: "fullDisk"; readonly times: number } & At<WriteKind>)
  | { readonly op: "skew"; readonly centre: string; readonly ms: number }
  | { readonly op: "withhold"; readonly from: string; readonly to: readonly string[]; readonly exchange: number }
  | { readonly op: "lie"; readonly centre: string; readonly exchange: number }
  | { readonly op: "askPeople"; readonly centre: string; readonly before: "run" | "shares" }
  | {
      readonly op: "decide";
      readonly centre: string;
      readonly nth: number;
      readonly decision: "approved" | "denied";
      readonly afterMs: number;
    }
  | ({ readonly op: "stopAgent"; readonly forMs: number } & At<RequestKind>)
  | ({ readonly op: "changeRoster"; readonly change: "enrol" | "remove"; readonly who: string; readonly yesMs: number } & At<RequestKind>);

/** The operations of one kind. */
export type Of<Op extends Operation["op"]> = Extract<Operation, { readonly op: Op }>;

/** The names of the centres of a simulated network. */
export function centreNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `c${String(i + 1).padStart(2, "0")}`);
}

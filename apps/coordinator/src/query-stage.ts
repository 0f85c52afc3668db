/** How far a query has come, as the store knows it. */
export type QueryStage = "asked" | "formed" | "ended";

/** What may follow on a stage, and what becomes of a query that a crash leaves in it. */
export interface StageRule {
  readonly next: readonly QueryStage[];
  readonly afterCrash: "offered anew" | "finished or abandoned" | "as it is";
}

/**
 * The stages of a query. Each is written before anybody is told of it: the first before its requester has its id, the second before a participant
 * has the formation, the last, with the release, before anybody has the release. So a crash between two writes leaves a query in one of them:
 *
 * - `asked`: nobody has a formation, nothing was dealt. It takes its turn again, and is offered under a new offer: also when it waited for people
 *   at the centres, who are not asked twice.
 * - `formed`: what participants said was in memory, and is gone. Those that have made the release hand it in again, for as long as the offer holds: with
 *   enough signatures it is published, else the query is abandoned. Participants in an earlier exchange are told that the session has ended.
 * - `ended`: the outcome and the release stay what they are.
 */
export const QUERY_STAGES: Readonly<Record<QueryStage, StageRule>> = {
  asked: { next: ["formed", "ended"], afterCrash: "offered anew" },
  formed: { next: ["formed", "ended"], afterCrash: "finished or abandoned" },
  ended: { next: [], afterCrash: "as it is" },
};

/** The stage of a query of which this is kept. */
export function stageOf({ outcome, formation }: { readonly outcome: unknown; readonly formation: unknown }): QueryStage {
  if (outcome !== null) return "ended";
  return formation === null ? "asked" : "formed";
}

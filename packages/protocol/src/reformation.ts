import { pointsNeeded, schemeFor } from "@tutti/sharing";
import type { Participation } from "./participation.ts";
import { SessionStop } from "./stop.ts";

/** What is remembered of a session in which a participant has dealt and said nothing more: who took part, and who of them holds points. */
export interface LeftSession {
  readonly participants: readonly string[];
  readonly holders: readonly string[];
}

/**
 * Whether a session may take the place of those that were left (docs/spec/protocol.md, Forming anew): fewer of the same participants, and so many of
 * each one's holders that, with no more liars than it allows, what is left of it can open nothing. So of all sessions of an offer at most one opens.
 * @param participants of the new session, names
 */
export function mayFollow(participants: readonly string[], left: readonly LeftSession[]): boolean {
  const now = new Set(participants);
  return left.every((before) => {
    const fewer = now.size < before.participants.length && participants.every((name) => before.participants.includes(name));
    const scheme = schemeFor(before.holders.length);
    const stayed = before.holders.filter((name) => !now.has(name)).length;
    // Honest holders that are gone from it for good speak no more; those who lie may speak in both.
    return fewer && stayed + scheme.degree < pointsNeeded(scheme, scheme.productDegree);
  });
}

/** Throws a SessionStop `formation` unless the session may take the place of those that were left. */
export function demandFollows({ participants }: Pick<Participation, "participants">, left: readonly LeftSession[]): void {
  if (mayFollow(participants, left)) return;
  throw new SessionStop(
    "formation",
    "the session was formed anew with others than a part of those who dealt before, or with too few of them: what was dealt before could still be opened",
  );
}

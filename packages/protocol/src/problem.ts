import { z } from "zod";

/** One kind of problem: RFC 9457. */
export interface ProblemKind {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 503;
  readonly title: string;
}

/** The name of a kind of problem. */
export type ProblemName =
  | "not-understood"
  | "not-signed"
  | "no-token"
  | "not-allowed"
  | "not-found"
  | "query-invalid"
  | "too-large"
  | "too-late"
  | "formed-anew"
  | "ended"
  | "too-many"
  | "too-fast"
  | "not-ready"
  | "stopping"
  | "defect";

/** Every problem that coordinator and agents tell each other, or a researcher; the name is the end of its `type`. */
export const PROBLEMS: Readonly<Record<ProblemName, ProblemKind>> = {
  "not-understood": { status: 400, title: "The request does not have the form that is asked for" },
  "not-signed": { status: 401, title: "The request is not signed by a centre of this network" },
  "no-token": { status: 401, title: "A valid token is needed" },
  "not-allowed": { status: 403, title: "This token may not do that" },
  "not-found": { status: 404, title: "There is nothing of this name" },
  "query-invalid": { status: 422, title: "The query does not fit the dataset" },
  "too-large": { status: 413, title: "The request is too large" },
  "too-late": { status: 409, title: "The exchange is over" },
  "formed-anew": { status: 409, title: "The session was formed anew" },
  ended: { status: 410, title: "The session or the offer has ended" },
  "too-many": { status: 429, title: "Too many requests at a time" },
  "too-fast": { status: 429, title: "Too many requests in too short a time" },
  "not-ready": { status: 503, title: "The coordinator can't work at the moment" },
  stopping: { status: 503, title: "The coordinator is stopping" },
  defect: { status: 500, title: "A mistake in this program" },
};

/** A problem on the wire, `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What to do next, for people. */
  readonly detail?: string | undefined;
  /** For `ended`: how. */
  readonly outcome?: string | undefined;
}

const TYPE = "https://tutti.dev/problems/";

/** The wire form of a problem. */
export function problem(name: ProblemName, detail: string, outcome?: string): Problem {
  const { status, title } = PROBLEMS[name];
  return { type: TYPE + name, title, status, detail, ...(outcome === undefined ? {} : { outcome }) };
}

/** Which problem it is, or null for another's. */
export function problemName({ type }: Pick<Problem, "type">): ProblemName | null {
  const name = type.startsWith(TYPE) ? type.slice(TYPE.length) : "";
  return Object.hasOwn(PROBLEMS, name) ? (name as ProblemName) : null;
}

/** The shape of a problem; other members are passed over, as RFC 9457 §3.2 asks. */
export const problemSchema: z.ZodType<Problem> = z.object({
  type: z.string().max(200),
  title: z.string().max(500),
  status: z.int(),
  detail: z.string().max(5_000).optional(),
  outcome: z.string().max(100).optional(),
});

import type { Body } from "@tutti/protocol";
import type { Context } from "hono";
import { ProblemFault } from "./problem-fault.ts";

/** Bytes of a body, at most: of a query, of a signed message, and of one that holds a whole release. */
export const BODY_BYTES = { query: 262_144, message: 1_048_576, release: 33_554_432 } as const;
const NO_BYTES = new Uint8Array(0);

/** The body of a request. Throws the ProblemFaults `not-understood` and `too-large`. */
export async function readBody(c: Context, limit: number): Promise<Uint8Array> {
  const said = c.req.header("content-length");
  if (said === undefined && c.req.raw.body === null) return NO_BYTES;
  if (said === undefined || !/^\d+$/.test(said)) throw new ProblemFault("not-understood", "say how long the body is, by Content-Length");
  if (Number(said) > limit) throw tooLarge(limit);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

function tooLarge(limit: number): ProblemFault {
  return new ProblemFault("too-large", `this request may have ${limit} bytes at most`);
}

/** A body in the form of its endpoint. Throws the ProblemFault `not-understood`. */
export function readJson<T>(bytes: Uint8Array, shape: Body<T>): T {
  if (shape === null || shape === "octets") throw new TypeError("this endpoint takes no JSON");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ProblemFault("not-understood", "the body is not JSON in UTF-8");
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new ProblemFault(
    "not-understood",
    `the body does not have the form of this endpoint${at === "" ? "" : `, at ${at.slice(0, 200)}`}`,
  );
}

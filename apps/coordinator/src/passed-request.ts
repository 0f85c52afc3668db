import { z } from "zod";
import type { Database, SqlValue } from "./database.ts";
import type { Answering, Bindings } from "./seat.ts";

/** A request on its way to another replica, in the table `passed_request`: its body beside it. */
interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Where it came from. */
  readonly address: string | null;
}

/** Its answer, in the table `passed_answer`: its body beside it. */
interface AnswerHead {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

const headers = z.array(z.tuple([z.string(), z.string()]));
const requestHead: z.ZodType<RequestHead> = z.strictObject({
  method: z.string(),
  url: z.string(),
  headers,
  address: z.string().nullable(),
});
const answerHead: z.ZodType<AnswerHead> = z.strictObject({ status: z.int(), headers });

/** The channel of NOTIFY on which replicas wake each other; what is said stands in the tables. */
export const CHANNEL = "tutti";

const PUT_REQUEST = `
  WITH put AS (INSERT INTO passed_request (id, term, at_ms, head, body) SELECT ?, number, ?, ?, ? FROM term RETURNING id)
  SELECT pg_notify('${CHANNEL}', 'request ' || id) FROM put`;
const TAKE_REQUEST = "DELETE FROM passed_request WHERE id = ? RETURNING head, body";
const PUT_ANSWER = `
  WITH put AS (INSERT INTO passed_answer (id, at_ms, head, body) VALUES (?, ?, ?, ?) RETURNING id)
  SELECT pg_notify('${CHANNEL}', 'answer ' || id) FROM put`;
const TAKE_ANSWER = "DELETE FROM passed_answer WHERE id = ? RETURNING head, body";

/** Writes a request down for the replica that leads, and wakes it. */
export async function putRequest(database: Database, id: string, atMs: number, request: Request, { incoming }: Bindings): Promise<void> {
  const { socket } = incoming as { readonly socket?: { readonly remoteAddress?: string } };
  const head: RequestHead = {
    method: request.method,
    url: request.url,
    headers: [...request.headers],
    address: socket?.remoteAddress ?? null,
  };
  const body = request.method === "GET" || request.method === "HEAD" ? new Uint8Array(0) : new Uint8Array(await request.arrayBuffer());
  await database.rows(PUT_REQUEST, id, atMs, JSON.stringify(head), body);
}

/** Takes a request up, answers it, and writes the answer down. Does nothing when somebody else has taken it. */
export async function answerRequest(
  database: Database,
  id: string,
  answer: Answering,
  signal: AbortSignal,
  nowMs: () => number,
): Promise<void> {
  const [row] = await database.rows(TAKE_REQUEST, id);
  if (row === undefined) return;
  const { method, url, headers: fields, address } = requestHead.parse(JSON.parse(row["head"] as string));
  const body = bytesOf(row["body"]!);
  const request = new Request(url, {
    method,
    headers: fields.map(([name, value]): [string, string] => [name, value]),
    signal,
    ...(method === "GET" || method === "HEAD" ? {} : { body }),
  });
  const incoming = { method, url, rawHeaders: [], socket: { remoteAddress: address ?? undefined } };
  const response = await answer(request, { incoming });
  const head: AnswerHead = { status: response.status, headers: [...response.headers] };
  await database.rows(PUT_ANSWER, id, nowMs(), JSON.stringify(head), new Uint8Array(await response.arrayBuffer()));
}

/** Takes an answer; null when there is none. */
export async function takeAnswer(database: Database, id: string): Promise<Response | null> {
  const [row] = await database.rows(TAKE_ANSWER, id);
  if (row === undefined) return null;
  const { status, headers: fields } = answerHead.parse(JSON.parse(row["head"] as string));
  const body = bytesOf(row["body"]!);
  return new Response(status === 204 || body.length === 0 ? null : body, {
    status,
    headers: fields.map(([name, value]): [string, string] => [name, value]),
  });
}

function bytesOf(value: SqlValue): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value as Uint8Array);
}

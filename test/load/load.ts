import { request, Agent as HttpAgent } from "node:http";
import { parseArgs } from "node:util";
import { LiveNetwork } from "../live/live-network.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "../live/sandbox-folder.ts";
import { percentile } from "./slope.ts";

// 200 researchers poll and 50 queries are queued: `npm run load`, or with --researchers, --queries, --centres, --json. Real processes on this machine.

const { values: options } = parseArgs({
  options: {
    researchers: { type: "string", default: "200" },
    queries: { type: "string", default: "50" },
    centres: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});
const researchers = Number(options.researchers);
const queries = Number(options.queries);

/** What one request came to. */
interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Where a query stands, as far as the load reads it. */
interface State {
  readonly state: string;
  readonly seen: number;
  readonly events: readonly { readonly atMs: number }[];
}

const network = await LiveNetwork.start(writeSandbox(liveCentres(Number(options.centres), 30, 7)));
const kept = new HttpAgent({ keepAlive: true, maxSockets: researchers + 10 });
const { hostname, port } = new URL(network.url);

function send(method: string, path: string, body?: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${network.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
    };
    const sent = request({ hostname, port, method, path, headers, agent: kept }, (reply) => {
      const parts: Buffer[] = [];
      reply.on("data", (part: Buffer) => parts.push(part));
      reply.on("end", () => resolve({ status: reply.statusCode!, body: Buffer.concat(parts).toString() }));
      reply.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const delaysMs: number[] = [];
const failures: string[] = [];
let requests = 0;
async function ask(method: string, path: string, body?: string): Promise<Answered | null> {
  requests++;
  try {
    const answer = await send(method, path, body);
    if (answer.status < 400) return answer;
    failures.push(`${answer.status} ${answer.body.slice(0, 200)}`);
  } catch (fault) {
    failures.push(fault instanceof Error ? fault.message : "no answer");
  }
  return null;
}

/** Follows a query as a client does: each request waits for what comes after the events that were seen. Gives how it ended. */
async function follow(id: string): Promise<string> {
  for (let seen = 0; ;) {
    const beganMs = Date.now();
    const answer = await ask("GET", `/v1/queries/${id}?seen=${seen}`);
    if (answer === null) return "no answer";
    const state = JSON.parse(answer.body) as State;
    const last = state.events.at(-1);
    // From when there was something to tell.
    if (last !== undefined) delaysMs.push(Date.now() - Math.max(beganMs, last.atMs));
    seen = state.seen;
    if (state.state !== "open") return state.state;
  }
}

try {
  const from = performance.now();
  // Eight of one requester may be open: the next is asked when one has ended. All researchers follow them, each one after the other.
  const open: string[] = [];
  const outcomes: Record<string, number> = {};
  let asked = 0;
  const over = new AbortController();
  const asking = Array.from({ length: Math.min(8, queries) }, async () => {
    while (asked < queries) {
      const query = { dataset: "live@3", purpose: `load ${asked++}`, measures: [{ id: "n", count: true }] };
      const beganMs = Date.now();
      const answer = await ask("POST", "/v1/queries", JSON.stringify(query));
      delaysMs.push(Date.now() - beganMs);
      const { id = "" } = JSON.parse(answer?.body ?? "{}") as { id?: string };
      open.push(id);
      const outcome = await follow(id);
      open.splice(open.indexOf(id), 1);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  });
  const polling = Array.from({ length: researchers }, async (_, i) => {
    while (!over.signal.aborted) {
      const id = open[i % Math.max(1, open.length)];
      if (id === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      else await follow(id);
    }
  });
  await Promise.all(asking);
  over.abort();
  await Promise.all(polling);
  const tookS = (performance.now() - from) / 1_000;
  const figures = {
    researchers,
    queries,
    outcomes,
    requests,
    errors: failures.length,
    perSecond: Math.round(requests / tookS),
    p50Ms: Math.round(percentile(delaysMs, 0.5)),
    p99Ms: Math.round(percentile(delaysMs, 0.99)),
    tookS: Math.round(tookS),
  };
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else
    process.stdout.write(
      `${researchers} researchers polling, ${queries} queries queued: ${figures.requests} requests in ${figures.tookS} s (${figures.perSecond} a second), ` +
        `${figures.errors} errors; from when there is something to tell to when it is told: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms; queries ${JSON.stringify(outcomes)}\n`,
    );
  for (const failure of new Set(failures)) process.stderr.write(`load: ${failure}\n`);
  if (failures.length > 0 || outcomes["released"] !== queries) process.exitCode = 1;
} finally {
  await network.stop();
  removeSandboxes();
  kept.destroy();
}

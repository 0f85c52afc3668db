import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpLink, LinkFault } from "@tutti/agent";
import { createIdentity, type Envelope, toUtf8 } from "@tutti/envelope";
import { random, scheme, sha256 } from "@tutti/platform";
import { type HistoryItem, problem } from "@tutti/protocol";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Draw } from "./draw.ts";
import { mutatedBytes, mutatedText, noise } from "./mutation.ts";
import { type Input, laterOutcomeOf, type Target } from "./target.ts";

// What an agent makes of a coordinator's answers, over a socket: of every endpoint that it calls, with changes, and with other heads and statuses. It
// is asked once each time: an answer that an agent asks again after is `unreachable` here, since its time is over.

const world = smallNetwork();
world.ask(EVERYTHING);
const item = world.items[0]!;
const HASH = `sha256:${"ab".repeat(32)}`;
const PROBLEMS = [
  problem("ended", "leave it", "stopped"),
  problem("too-fast", "wait"),
  problem("too-many", "wait"),
  problem("not-signed", "sign"),
];
const EXAMPLES = {
  roster: item.offer,
  offers: { offers: [item.offer] },
  answer: { formation: item.formation },
  exchange: null,
  release: { release: item.release },
  history: { items: [item] },
  stop: {},
} as const;
type Asked = keyof typeof EXAMPLES;
const STATUSES = [200, 200, 200, 200, 201, 202, 204, 301, 400, 401, 404, 407, 410, 429, 500, 502, 503];

interface Reply {
  readonly asked: Asked;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body: string;
}

let server: Promise<{ readonly server: Server; readonly link: HttpLink; readonly ended: AbortController }> | null = null;
let reply: Reply;

async function started(): Promise<{ readonly link: HttpLink }> {
  server ??= (async () => {
    const listening = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        response.writeHead(reply.status, reply.headers);
        response.end(Buffer.from(reply.body, "base64"));
      });
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const ended = new AbortController();
    const identity = createIdentity("Necker", randomBytes);
    const parts = { address, coordinator: "coordinator", identity, scheme, sha256, random, nowMs: Date.now, signal: ended.signal };
    return { server: listening, link: new HttpLink(parts), ended };
  })();
  return server;
}

function make(draw: Draw): Input {
  const asked = draw.of(Object.keys(EXAMPLES) as Asked[]);
  const example = draw.once(4) ? draw.of(PROBLEMS) : EXAMPLES[asked];
  const body =
    asked === "exchange" || draw.once(10)
      ? draw.once(2)
        ? noise(draw)
        : mutatedBytes(draw, toUtf8("a delivery"))
      : mutatedText(draw, example);
  const headers: Record<string, string> = { "content-type": draw.of(["application/json", "application/problem+json", "text/html"]) };
  if (draw.once(4)) headers["retry-after"] = draw.of(["1", "0", "-1", "99999", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "x"]);
  return { asked, status: draw.of(STATUSES), headers, body: Buffer.from(body).toString("base64") } satisfies Reply;
}

async function run(input: Input): Promise<string> {
  reply = input as Reply;
  const { link } = await started();
  const envelope: Envelope = item.offer;
  const soonMs = Date.now() + 1;
  const asked: Readonly<Record<Asked, () => Promise<unknown>>> = {
    roster: () => link.roster(soonMs),
    offers: () => link.offers(),
    answer: () => link.accept(HASH, envelope, soonMs),
    exchange: () => link.exchange("ab", 1, new Uint8Array(3), soonMs),
    release: () => link.release("ab", envelope, soonMs),
    history: () => link.history("small@1", [], [] as readonly HistoryItem[], soonMs),
    stop: () => link.stop(HASH, envelope, soonMs),
  };
  return laterOutcomeOf(asked[reply.asked], LinkFault);
}

/** An agent's link. */
export const ANSWERS: readonly Target[] = [
  {
    name: "agent: a coordinator's answers",
    share: 6,
    make,
    run,
    close: async () => {
      const running = await server;
      server = null;
      running?.ended.abort();
      running?.server.closeAllConnections();
      running?.server.close();
    },
  },
];

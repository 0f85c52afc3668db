import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { DEFAULT_POLICY } from "@tutti/disclosure";
import { contentHash, type Envelope, type Identity } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import { History, type HistoryItem, OFFER, type Offer, openHistoryItem, RosterChain, signMessage } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { Dataset } from "@tutti/dataset";
import type { Mischief } from "../world/world.ts";
import { HostileQuery, type Told } from "./hostile-query.ts";

/** What the coordinator does wrong, as in a world; and what it answers in place of anything at all. */
export interface LiveMischief extends Pick<Mischief, "offer" | "acceptances" | "history" | "deliver"> {
  /** Bytes in place of what a centre would be answered; null: the answer as it would be. */
  garble?(path: string, centre: string): Buffer | null;
}

interface Setting {
  readonly identity: Identity;
  /** The signed roster. */
  readonly roster: Envelope;
  readonly dataset: Dataset;
}

/** As long as an honest one has a request wait, and an offer that is not answered. */
const WAIT_MS = 20_000;
const AGAIN_MS = 500;

/**
 * A coordinator that holds the network's real keys, speaks to real agents over HTTP, and does what it is told to: what a coordinator can do that somebody
 * has taken over. It looks at no signature of a request, and keeps its past in memory.
 */
export class HostileCoordinator {
  /** What it knows of past sessions. */
  readonly items: HistoryItem[] = [];
  readonly #setting: Setting;
  readonly #rosters: RosterChain;
  readonly #server: Server;
  readonly #waiting = new Map<string, ServerResponse>();
  /** Who was shown the offer of the query that is asked. */
  readonly #shown = new Set<string>();
  #query: HostileQuery | null = null;
  #mischief: LiveMischief = {};

  private constructor(setting: Setting) {
    this.#setting = setting;
    this.#rosters = RosterChain.open(setting.roster, scheme);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens on a free port of this machine. */
  static async start(setting: Setting): Promise<HostileCoordinator> {
    const made = new HostileCoordinator(setting);
    made.#server.listen(0, "127.0.0.1");
    await once(made.#server, "listening");
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get centres(): readonly string[] {
    return this.#rosters.newest.centres.map(({ name }) => name);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Forgets the past, as its agents have. */
  forget(): void {
    this.items.length = 0;
  }

  /** The offer of a query, as an honest coordinator makes it of the past that this one tells. */
  offerOf(query: Query, items: readonly HistoryItem[] = this.items): Offer {
    const history = new History();
    for (const item of items) history.add(this.#open(item));
    const issuedAtMs = Date.now();
    return {
      network: this.#rosters.newest.network,
      id: randomBytes(16).toString("hex"),
      query,
      dataset: contentHash(this.#setting.dataset),
      roster: this.#rosters.newest.hash,
      history: history.hash(query.dataset),
      requester: "researcher",
      policy: DEFAULT_POLICY,
      invited: this.centres,
      issuedAtMs,
      expiresAtMs: issuedAtMs + 60_000,
      answerMs: 10_000,
      exchangeMs: 10_000,
    };
  }

  /** Asks a query of all centres; resolves when each has refused, stopped, been left out, or handed in a release. */
  async ask(query: Query, mischief: LiveMischief = {}, given: Offer | null = null): Promise<Told> {
    this.#mischief = mischief;
    const offer = given ?? this.offerOf(query, mischief.history?.(this.items) ?? this.items);
    const { identity } = this.#setting;
    const course = new HostileQuery({ offer, mischief, identity, roster: this.#rosters.newest });
    this.#query = course;
    this.#shown.clear();
    for (const [centre, response] of this.#waiting) this.#offer(centre, response);
    const told = await course.told;
    const item = course.item(signMessage(OFFER, offer, identity, scheme));
    if (item !== null) this.items.push(item);
    this.#mischief = {};
    return told;
  }

  #open(item: HistoryItem): ReturnType<typeof openHistoryItem> {
    return openHistoryItem(item, { rosters: this.#rosters, datasets: [this.#setting.dataset], scheme, sha256 });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? "/";
    const centre = /keyid="([^"]+)"/.exec(String(request.headers["signature-input"]))?.[1] ?? "";
    const [, , noun, id = "", verb, number] = path.split("/");
    const query = this.#query;
    const garbled = this.#mischief.garble?.(path, centre) ?? null;
    if (garbled !== null) {
      const send = response.end.bind(response);
      response.end = (() => send(garbled)) as typeof response.end;
      // It is asked again, and then gets what it is to be told.
      if (noun === "offers" && verb === undefined) return void response.end();
      // Without a formation it leaves, and there is nothing that it could say.
      if (verb === "answers") response.on("finish", () => query?.left(centre));
    }
    const said = (): Record<string, unknown> => JSON.parse(body.toString("utf8")) as Record<string, unknown>;
    if (noun === "rosters") return reply(response, { versions: [this.#setting.roster] });
    if (noun === "offers" && verb === undefined) return this.#wait(centre, response);
    if (noun === "history") return reply(response, { items: this.#exchangeHistory(said()) });
    if (noun === "offers" && query !== null) return query.answered(centre, said()["answer"] as Envelope, response);
    if (verb === "stops" && query !== null) return query.stopped(centre, said()["stop"] as Envelope, response);
    if (verb === "releases" && query !== null) return query.released(centre, said()["release"] as Envelope, response);
    if (verb === "exchanges" && query !== null) return query.posted(centre, id, Number(number), body, response);
    // There is no public log here: who asks for it tries again later.
    response.writeHead(404).end();
  }

  #wait(centre: string, response: ServerResponse): void {
    this.#waiting.get(centre)?.end(JSON.stringify({ offers: [] }));
    this.#waiting.set(centre, response);
    const late = setTimeout(() => this.#waiting.get(centre) === response && this.#show(centre, []), WAIT_MS);
    const again = setTimeout(() => this.#offer(centre, response), AGAIN_MS);
    response.on("close", () => [late, again].forEach(clearTimeout));
    if (!this.#shown.has(centre)) this.#offer(centre, response);
  }

  #offer(centre: string, response: ServerResponse): void {
    const offer = this.#query?.offerTo(centre) ?? null;
    if (offer === null || this.#waiting.get(centre) !== response) return;
    this.#shown.add(centre);
    this.#show(centre, [offer]);
  }

  #show(centre: string, offers: readonly Envelope[]): void {
    const response = this.#waiting.get(centre);
    this.#waiting.delete(centre);
    if (response !== undefined) reply(response, { offers });
  }

  /** Takes what a centre hands in of sessions that are not known here, and gives what it does not know. */
  #exchangeHistory(said: Record<string, unknown>): readonly HistoryItem[] {
    const known = new Set(this.items.map((item) => this.#open(item).session));
    for (const item of said["records"] as readonly HistoryItem[]) {
      const { session } = this.#open(item);
      if (!known.has(session)) this.items.push(item);
      known.add(session);
    }
    const marks = new Set(said["marks"] as readonly string[]);
    const told = this.#mischief.history?.(this.items) ?? this.items;
    return told.filter((item) => !marks.has(this.#open(item).mark));
  }
}

function reply(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

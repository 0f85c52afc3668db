import { randomBytes } from "node:crypto";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { createIdentity, type Identity, publicIdentity, toUtf8 } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import { ENDPOINTS, firstRoster, pathOf, type PinnedRoster, type QueryState, ROSTER, RosterChain, signMessage } from "@tutti/protocol";
import { type App, createApp } from "../app.ts";
import { DEFAULT_DEADLINES } from "../deadlines.ts";
import { DEFAULT_LIMITS, type Limits } from "../rate-limit.ts";
import { Rosters } from "../rosters.ts";
import type { Schedule } from "../schedule.ts";
import { SqliteDatabase } from "../sqlite-database.ts";
import { Store } from "../store.ts";
import { TrialCentre } from "./trial-centre.ts";
import { TrialClock } from "./trial-clock.ts";
import { DATASET, QUERY } from "./trial-dataset.ts";
import { bearer, type Researcher, TOKENS } from "./trial-tokens.ts";

/** What a network is otherwise than four centres under the default policy. */
export interface TrialSetting {
  readonly centres?: readonly string[];
  readonly policies?: Readonly<Record<string, Partial<Policy>>>;
  readonly policy?: Partial<Policy>;
  readonly store?: Store;
  readonly schedules?: readonly Schedule[];
  readonly limits?: Limits;
}

/** A coordinator without a socket, real parties of which each has five patients, and a clock that stands still. */
export class TrialNetwork {
  readonly clock: TrialClock = new TrialClock();
  app: App["app"];
  start: () => Promise<void>;
  close: () => Promise<void>;
  /** The coordinator on another store, with the same keys. */
  readonly open: (store: Store) => App;
  /** Settles when the coordinator is there again after a crash; null while nobody waits for that. */
  back: Promise<void> | null = null;
  readonly rosters: Rosters;
  readonly roster: PinnedRoster;
  readonly centres: readonly TrialCentre[];
  /** Its keys, from the next start on. */
  coordinator: Identity;
  /** What was logged, as text. */
  readonly logged: string[] = [];

  constructor({
    centres = ["a", "b", "c", "d"],
    policies = {},
    policy = {},
    store = new Store(new SqliteDatabase(":memory:")),
    schedules = [],
    limits = DEFAULT_LIMITS,
  }: TrialSetting = {}) {
    this.coordinator = createIdentity("coordinator", randomBytes);
    const identities = centres.map((name) => createIdentity(name, randomBytes));
    const rosterFile = signMessage(
      ROSTER,
      firstRoster({ network: "trial", coordinator: publicIdentity(this.coordinator), centres: identities.map(publicIdentity) }),
      this.coordinator,
      scheme,
    );
    this.rosters = new Rosters(RosterChain.open(rosterFile, scheme));
    this.roster = this.rosters.newest;
    const log = (about: object, message: string) => void this.logged.push(`${message} ${JSON.stringify(about)}`);
    this.open = (of) =>
      createApp({
        identity: this.coordinator,
        rosters: this.rosters,
        policy: { ...DEFAULT_POLICY, ...policy },
        datasets: [DATASET],
        deadlines: DEFAULT_DEADLINES,
        schedules,
        store: of,
        limits,
        trustedProxies: ["10.0.0.0/8"],
        origins: ["https://portal.example"],
        tokens: TOKENS,
        scheme,
        sha256,
        random: randomBytes,
        clock: this.clock,
        log: { info: log, warn: log, error: log },
      });
    const { app, start, close } = this.open(store);
    [this.app, this.start, this.close] = [app, start, close];
    this.centres = identities.map((identity) => new TrialCentre(identity, this, { ...DEFAULT_POLICY, ...policies[identity.name] }));
  }

  /** The coordinator again, with what its store holds. */
  async restart(store: Store): Promise<void> {
    const { app, start, close } = this.open(store);
    await start();
    [this.app, this.start, this.close] = [app, start, close];
  }

  /** Sends a request as it is, from an address if one is given. */
  send(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array | string,
    from?: string,
  ): Promise<Response> {
    const bytes = typeof body === "string" ? toUtf8(body) : body;
    const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
    const init = { method, headers: { ...length, ...headers }, ...(bytes === undefined ? {} : { body: bytes as Uint8Array<ArrayBuffer> }) };
    return Promise.resolve(this.app.request(`http://coordinator${target}`, init, { incoming: { socket: { remoteAddress: from } } }));
  }

  /** Asks a query, and gives its id. */
  async ask(query: unknown = QUERY, by: Researcher = "ann"): Promise<string> {
    const response = await this.send("POST", pathOf(ENDPOINTS.ask), bearer(by), JSON.stringify(query));
    if (response.status !== 201) throw new Error(await response.text());
    return ((await response.json()) as { id: string }).id;
  }

  /** Where a query stands; waits when all of its events were seen. */
  async state(id: string, seen = 0, by: Researcher = "ann"): Promise<QueryState> {
    const answer = this.send("GET", `${pathOf(ENDPOINTS.state, { query: id })}?seen=${seen}`, bearer(by));
    await this.clock.advance(0);
    const response = await answer;
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as QueryState;
  }
}

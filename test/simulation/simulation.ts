import { History, type HistoryItem, type Offer, openMessage, OUTCOMES, type PastSession, type QueryState, RELEASE } from "@tutti/protocol";
import type { Release } from "@tutti/disclosure";
import { scheme } from "@tutti/platform";
import type { Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { ClearNetwork } from "../world/clear-network.ts";
import { SimulatedNetwork } from "./network.ts";
import type { Operation } from "./operation.ts";

/** One network with what it is asked and all that goes wrong in it: the same each time. */
export interface Scenario {
  readonly seed: number;
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  readonly queries: readonly Query[];
  readonly operations: readonly Operation[];
}

/** What must hold, and did not. */
export interface Violation {
  readonly what:
    | "wrong release"
    | "hidden cell opened"
    | "hang"
    | "no named outcome"
    | "broken chain"
    | "lost release"
    | "no recovery"
    | "without consent"
    | "defect";
  readonly detail: string;
}

/** How it went. */
export interface Simulated {
  /** How each query ended, in order; the last is asked when nothing goes wrong any more. */
  readonly outcomes: readonly (QueryState["state"] | "hang")[];
  readonly violations: readonly Violation[];
  /** How often each kind of operation came to act. */
  readonly acted: ReadonlyMap<Operation["op"], number>;
}

/** A query takes a minute and a half at most; one that waits for its turn behind another, twice that. */
const QUERY_MS = 300_000;
/** How long people have to decide whether a query runs, and whether shares leave. */
const PEOPLE = { decideMs: 60_000, sharesMs: 20_000 };
/** Longer than any offer is open. */
const QUIET_MS = 200_000;
/** A query of which each centre's answer shows that it is well. */
const CLOSING: Query = { dataset: "small@1", purpose: "closing", measures: [{ id: "closing", count: true }] };

/** Runs a scenario to its end, and looks at everything that must hold. */
export async function simulate(scenario: Scenario): Promise<Simulated> {
  const run = new Simulation(scenario);
  return run.toEnd();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #network: SimulatedNetwork;
  readonly #violations: Violation[] = [];
  readonly #patients: number;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#network = new SimulatedNetwork({ ...PEOPLE, ...scenario });
    this.#patients = Object.values(scenario.centres).reduce((sum, { length }) => sum + length, 0);
  }

  async toEnd(): Promise<Simulated> {
    const network = this.#network;
    await network.start();
    const outcomes: Simulated["outcomes"][number][] = [];
    for (const query of this.#scenario.queries) outcomes.push(await this.#ask(query));
    network.heal();
    await network.clock.run(() => false, QUIET_MS);
    // Centres hear of another roster when they are asked under it.
    if (network.rosters.versions.length > 1) {
      outcomes.push(await this.#ask(CLOSING));
      await network.clock.run(() => false, QUIET_MS);
    }
    outcomes.push(await this.#ask(CLOSING));
    await network.clock.run(() => false, QUIET_MS);
    await this.#lookBack();
    if (!(await network.end())) this.#found("hang", "an agent did not end");
    for (const [name, centre] of network.centres) for (const error of centre.errors) this.#foundDefect(name, error);
    for (const error of network.coordinator.errors) this.#foundDefect("the coordinator", error);
    for (const what of network.people.unagreed) this.#found("without consent", what);
    if (outcomes.at(-1) !== "released" && network.expectsAnswers) this.#found("no recovery", `the last query: ${outcomes.at(-1)}`);
    return { outcomes, violations: this.#violations, acted: network.acted };
  }

  async #ask(query: Query): Promise<Simulated["outcomes"][number]> {
    const network = this.#network;
    const before = await network.past();
    const state = await network.ask(query, QUERY_MS);
    if (state === null) {
      this.#found("hang", `a query had no outcome after ${QUERY_MS} ms`);
      return "hang";
    }
    const { state: outcome, release, detail } = state;
    if (!(OUTCOMES as readonly string[]).includes(outcome) || (outcome === "released" ? release === null : !/\w+ \w+/.test(detail ?? "")))
      this.#found("no named outcome", `${outcome}: ${detail ?? "nothing"}`);
    const earlier = before.map(({ past }) => past);
    if (release !== null) await this.#checkRelease(query, release, earlier);
    await this.#checkOpenings(query, earlier);
    return outcome;
  }

  /** The release is the one that the same rule makes in the clear, over who took part. */
  async #checkRelease(query: Query, envelope: NonNullable<QueryState["release"]>, earlier: readonly PastSession[]): Promise<void> {
    const { rosters } = this.#network;
    const release = JSON.parse(textOf(envelope)) as Release;
    const kept = (await this.#network.past()).find(
      ({ item }) => item.release?.payload === envelope.payload && item.release.signatures.length === envelope.signatures.length,
    );
    if (kept === undefined) return this.#found("lost release", "the coordinator does not keep what it has published");
    const { session, participants } = kept.past;
    const offer = JSON.parse(textOf(kept.item.offer)) as Offer;
    const roster = rosters.get(offer.roster);
    if (roster === null) return this.#found("wrong release", "it is under a roster that there is not");
    openMessage(RELEASE, { ...envelope, signatures: envelope.signatures.slice(0, 1) }, roster.centreKeys, scheme);
    if (!this.#network.isPromised(session, participants.length)) return;
    const { finished } = release.centres;
    const course = { participants, invited: offer.invited.length, lost: this.#lost(kept.past, kept.item) };
    const expected = this.#clear(await this.#beside(offer, earlier)).answer(query, course).release;
    const counted = { ...expected, roster: roster.hash, centres: { ...expected.centres, finished } };
    if (finished > participants.length || JSON.stringify(sorted(counted)) !== JSON.stringify(sorted(release)))
      this.#found("wrong release", `${JSON.stringify(release)} in place of ${JSON.stringify(counted)}`);
  }

  /** Nothing opened, to whoever hears all and has all keys, that the rule does not open. */
  async #checkOpenings(query: Query, earlier: readonly PastSession[]): Promise<void> {
    const { listener, centres } = this.#network;
    for (const session of listener.sessions()) {
      const isPromised = this.#network.isPromised(session, listener.participants(session));
      const opened = isPromised ? listener.opened(session, this.#patients) : [];
      const known = [...centres.values()].flatMap(({ disk }) => disk.history.filter(({ past }) => past.session === session));
      if (opened.length > 0) {
        const participants = known[0]?.past.participants ?? [];
        const lost = known[0] === undefined ? undefined : this.#lost(known[0].past, known[0].item);
        const records = known.flatMap(({ item: { record } }) => (record === null ? [] : [cellsOf(record)]));
        const beside = known[0] === undefined ? earlier : await this.#beside(JSON.parse(textOf(known[0].item.offer)) as Offer, earlier);
        const { opens } = this.#clear(beside).answer(query, { participants, lost });
        const cells = records[0] ?? [];
        const exchange = opened[0]!.exchange;
        const wrong = opened.filter(
          ({ place, value, exchange: which }) => which !== exchange || cells[place] === undefined || opens.get(cells[place]) !== value,
        );
        if (wrong.length > 0 || records.some((other) => JSON.stringify(other) !== JSON.stringify(cells)))
          this.#found("hidden cell opened", `${JSON.stringify(wrong)} in ${session}, where ${JSON.stringify([...opens])} may open`);
      }
      listener.forget(session);
    }
  }

  /** The past beside which an offer was made: the first so many sessions that the coordinator keeps; what it kept before the query was asked, if none fit. */
  async #beside({ history, query }: Offer, earlier: readonly PastSession[]): Promise<readonly PastSession[]> {
    const all = await this.#network.past();
    const beside = new History();
    const known: PastSession[] = [];
    for (const { past } of all) {
      if (beside.hash(query.dataset) === history) return known;
      beside.add(past);
      known.push(past);
    }
    return beside.hash(query.dataset) === history ? known : earlier;
  }

  /** Participants of a session whose second deal was not heard by one who was there to its end. */
  #lost({ session, participants }: PastSession, { release, record }: HistoryItem): ReadonlySet<string> {
    const witness = (release ?? record)!.signatures[0]!.keyid;
    return new Set(this.#network.deliveries.lostInSecondDeal(session, witness).map((place) => participants[place]!));
  }

  /** Chains are whole, and each who signed a release knows it, once it could be told. */
  async #lookBack(): Promise<void> {
    const { centres, rosters } = this.#network;
    const released = (await this.#network.past()).filter(({ item }) => item.release !== null);
    for (const [name, centre] of centres) {
      try {
        centre.disk.entries();
      } catch (fault) {
        this.#found("broken chain", `${name}: ${(fault as Error).message}`);
      }
      if (centre.trouble !== null) this.#found("defect", `${name}: ${centre.trouble}`);
      // Who was taken out of the roster is told nothing any more.
      for (const { item, past } of rosters.newest.centreKeys.has(name) ? released : []) {
        if (!item.release!.signatures.some(({ keyid }) => keyid === name) || centre.known.has(past.mark)) continue;
        this.#found("lost release", `${name} signed ${past.mark}, and does not know it`);
      }
    }
  }

  #clear(earlier: readonly PastSession[]): ClearNetwork {
    const clear = new ClearNetwork({ dataset, centres: this.#scenario.centres });
    for (const past of earlier.toSorted((a, b) => a.atMs - b.atMs || (a.session < b.session ? -1 : 1))) clear.remember(past);
    return clear;
  }

  #foundDefect(where: string, error: string): void {
    if (!/could not be kept|could not be written|could not be dealt with|could not be taken up/.test(error))
      this.#found("defect", `${where}: ${error}`);
  }

  #found(what: Violation["what"], detail: string): void {
    this.#violations.push({ what, detail });
  }
}

function cellsOf(record: { readonly payload: string }): readonly number[] {
  return (JSON.parse(textOf(record)) as { readonly cells: readonly number[] }).cells;
}

function textOf({ payload }: { readonly payload: string }): string {
  return Buffer.from(payload, "base64").toString("utf8");
}

/** The same value with its members in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

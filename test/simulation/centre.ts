import { Agent, type AgentParts, type Caller, ConsentDesk, Past, RosterPin } from "@tutti/agent";
import { type Dataset, datasetName, gridOf } from "@tutti/dataset";
import { bitmapOf, type Policy } from "@tutti/disclosure";
import type { Identity, Sha256, SignatureScheme } from "@tutti/envelope";
import { aead } from "@tutti/platform";
import { RosterChain, type StandingRules } from "@tutti/protocol";
import { includes, interpret, type Patient } from "@tutti/sql";
import { seeded } from "../world/seeded.ts";
import { type Lie, LyingLink } from "./lying-link.ts";
import { DiskLedger, diskHistory, diskKept, MemoryDisk, type Writing } from "./memory-disk.ts";
import { MemoryPeople, PeopleFolder } from "./memory-people.ts";
import { MemoryRosterFolder } from "./memory-roster-folder.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a simulated centre is made of. */
export interface CentreSetting {
  readonly identity: Identity;
  readonly rosters: RosterChain;
  readonly dataset: Dataset;
  readonly policy: Policy;
  readonly patients: readonly Patient[];
  readonly seed: number;
  readonly sha256: Sha256;
  readonly scheme: SignatureScheme;
  readonly clock: VirtualClock;
  readonly skewMs: number;
  /** The way to the coordinator, for the agent of one life. */
  readonly caller: (life: Life) => Caller;
  readonly writing: (life: Life) => Writing;
  /** What it says in place of what it should. */
  readonly lie: Lie;
  /** Its standing rules; without them it answers, and no people are there. */
  readonly rules?: StandingRules | undefined;
  /** Whether its people say yes to other rosters; otherwise the first one counts for good. */
  readonly followsRosters: boolean;
}

/** How long an agent waits for the coordinator's roster. */
const LOOK_MS = 10_000;

/** An agent's time from its start to its end. */
export interface Life {
  readonly number: number;
  isOver: boolean;
}

/** One centre: a real agent over an unreal network and an unreal disk, which outlives it. */
export class SimulatedCentre {
  readonly name: string;
  readonly disk: MemoryDisk = new MemoryDisk();
  /** What the agent's log said that is more than a warning. */
  readonly errors: string[] = [];
  readonly #setting: CentreSetting;
  #life: Life = { number: 0, isOver: true };
  #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #past: Past | null = null;
  /** Its people, where it has rules. */
  readonly people: MemoryPeople | null;
  readonly rosterFolder: MemoryRosterFolder = new MemoryRosterFolder();
  #desk: ConsentDesk | null = null;

  constructor(setting: CentreSetting) {
    this.#setting = setting;
    this.name = setting.identity.name;
    this.people = setting.rules === undefined ? null : new MemoryPeople();
  }

  get isUp(): boolean {
    return !this.#life.isOver;
  }

  /** Why it answers nothing; null when it would. */
  get trouble(): string | null {
    return this.#past?.trouble ?? null;
  }

  /** Sessions that the agent knows, by name, with the hash of what each told. */
  get known(): ReadonlySet<string> {
    return new Set(this.#past?.history.all().map(({ mark }) => mark));
  }

  /** The agent looks at what its people have decided. */
  async look(): Promise<void> {
    await this.#desk?.look();
  }

  start(): void {
    const { identity, rosters, dataset, policy, patients, seed, sha256, scheme, clock, skewMs, caller, writing, lie, followsRosters } =
      this.#setting;
    const life = { number: this.#life.number + 1, isOver: false };
    this.#life = life;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const random = seeded(seed, `agent ${this.name}, life ${life.number}`);
    const nowMs = (): number => clock.nowMs() + skewMs;
    // One that is dead does not come back from its waits.
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve, reject) => {
        clock.after(ms, () => life.isOver || resolve());
        signal.addEventListener("abort", () => life.isOver || reject(new Error("the agent ends")), { once: true });
      });
    const address = { address: "http://127.0.0.1", coordinator: rosters.newest.coordinator.name };
    const link = new LyingLink({ ...address, identity, scheme, sha256, random, nowMs, signal, caller: caller(life), sleep }, lie);
    const ledger = new DiskLedger(this.disk, writing(life));
    const log = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (about: object, event: string) => void this.errors.push(`${event} ${JSON.stringify(about)}`),
    };
    const ask = async () => RosterChain.open(await link.rosters(0, nowMs() + LOOK_MS), scheme);
    const pin = followsRosters ? new RosterPin({ file: rosters, folder: this.rosterFolder, ledger, log, ask }) : undefined;
    const setting = { identity, roster: (pin ?? rosters).newest, policy, datasets: [dataset], scheme, sha256, aead, random };
    this.#past = new Past({
      identity,
      check: { ...setting, rosters: pin ?? rosters },
      file: diskHistory(this.disk, writing(life)),
      store: diskKept(this.disk, patients.length, writing(life)),
      ledger,
      link,
      nowMs,
      log,
    });
    const sources: AgentParts["sources"] = new Map([[datasetName(dataset), sourceOf(patients, dataset)]]);
    // The log is looked at beside sessions, by a loop of its own.
    const watch = { expect: () => {}, trouble: null };
    const { rules } = this.#setting;
    this.#desk = rules === undefined ? null : new ConsentDesk({ rules, folder: new PeopleFolder(this.people!, life), ledger, nowMs, log });
    const consent = this.#desk === null ? {} : { consent: this.#desk };
    const agent = new Agent({
      ...consent,
      rosters: pin,
      setting,
      sources,
      past: this.#past,
      watch,
      link,
      ledger,
      nowMs,
      log,
      signal,
      sleep,
    });
    this.#ended = agent.run();
  }

  /** The process is gone, with all that it held in memory; nothing that it was about to do is done. */
  kill(): void {
    this.#life.isOver = true;
    void this.#desk?.close();
  }

  /** Ends it in order. */
  end(): Promise<void> {
    if (this.#life.isOver) return Promise.resolve();
    this.#abort.abort();
    return this.#ended;
  }
}

/** Patients in memory; a patient's number is its place. */
function sourceOf(patients: readonly Patient[], dataset: Dataset): AgentParts["sources"] extends ReadonlyMap<string, infer S> ? S : never {
  return {
    contribute: async (plan) => interpret(plan, dataset, patients),
    summary: { rows: patients.length },
    members: async (sets) =>
      new Map(
        [...sets].map(([name, set]) => [
          name,
          bitmapOf(patients.flatMap((patient, i) => (("bit" in set ? bitOf(patient, set) : includes(set, patient, dataset)) ? [i] : []))),
        ]),
      ),
  };

  function bitOf(patient: Patient, { variable, bit }: { readonly variable: string; readonly bit: number }): boolean {
    const described = dataset.variables[variable]!;
    const value = patient[variable];
    if (described.type !== "number" || typeof value !== "number") return false;
    const { from, step } = described.grid;
    const index = Math.min(gridOf(described.grid).points - 1, Math.round((value - from) / step));
    return Math.floor(index / 2 ** bit) % 2 === 1;
  }
}

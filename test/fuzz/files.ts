import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { ConsentFolder, DataProblem, openSource, readConfig as readAgentConfig, readRules, SourceError, StartProblem } from "@tutti/agent";
import { ConfigFault, problemOfTimes, readConfig as readCoordinatorConfig, type ScheduleTimes } from "@tutti/coordinator";
import { LABELS, toUtf8 } from "@tutti/envelope";
import { LIVE } from "../live/sandbox-folder.ts";
import type { Draw } from "./draw.ts";
import { mutatedBytes, mutatedString, mutatedText, noise } from "./mutation.ts";
import { type Input, laterOutcomeOf, outcomeOf, type Target } from "./target.ts";

// What programs read from disk: the patients' files of a centre, the configurations, and what people leave for an agent.

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const CSV = ["patient_id,sex,dyspnea,age,hb", "NIR-1,F,yes,3.5,7.2", 'NIR-2,"M",no,12,"11,5"', "NIR-3,NF,NF,NF,NF", ""].join("\n");
const SPREADSHEET = CSV.replaceAll(",", ";").replaceAll("\n", "\r\n");
const AGENT = {
  centre: "Necker",
  coordinator: "https://tutti.example",
  identity: "identity.json",
  roster: "roster.json",
  datasets: [{ dictionary: "iph.json", data: "patients.csv" }],
  policy: "policy.json",
  proxy: { url: "http://proxy.example:3128", user: "necker", passwordFile: "password" },
  ledger: "ledger",
  logLevel: "info",
};
const COORDINATOR = {
  listen: { host: "127.0.0.1", port: 8443 },
  tls: { certificate: "c.pem", key: "k.pem" },
  trustedProxies: ["10.0.0.0/8"],
  origins: ["https://portal.example"],
  limits: { asking: { perMinute: 5, burst: 5 } },
  identity: "identity.json",
  roster: "roster.json",
  datasets: ["iph.json"],
  store: "store.sqlite",
  tokens: [
    { name: "ann", hash: `sha256:${"0".repeat(64)}`, role: "auditor", datasets: ["iph"], actions: ["state"], expires: "2027-01-31" },
  ],
  deadlines: { answerMs: 5_000, exchangeMs: 10_000, queryMs: 90_000 },
  schedules: [{ name: "a", cron: "0 6 * * *", timezone: "UTC", query: "q.json", requester: "ann" }],
};

const RULES = {
  rules: [{ name: "age", dataset: { in: ["live@3"] }, variables: { any: ["age"] }, decision: "hold" }],
  otherwise: "answer",
  limits: { requester: { day: 3 }, beyond: "refuse" },
};
const ID = "ab".repeat(32);
const ORDER = { by: "Dr Martin", atMs: 1 };
/** What lies in an agent's queue, by the names of the files. */
const QUEUE: Readonly<Record<string, object>> = {
  [`${ID}.item.json`]: {
    id: ID,
    stage: "shares",
    question: `sha256:${ID}`,
    offerHash: `sha256:${ID}`,
    offer: { payloadType: LABELS.offer, payload: "e30=", signatures: [{ keyid: "coordinator", sig: "AAAA" }] },
    askedAtMs: 1,
    untilMs: 2,
    because: ["before-shares"],
    session: {
      participants: ["a", "b"],
      preview: { centre: "a", dataset: "live@3", patients: 2, rows: [{ measure: "n", stratum: {}, counts: { patients: 2 } }] },
    },
  },
  [`${ID}.decision.json`]: { id: ID, decision: "denied", by: "Dr Martin", atMs: 1, why: "purpose" },
  "stopped.json": ORDER,
  "resumed-1.json": { stopped: ORDER, resumed: { by: "Dr Curie", atMs: 2 } },
};
const TIMES: readonly ScheduleTimes[] = [
  { cron: "0 6 * * 1", timezone: "Europe/Paris" },
  { cron: "*/15 1-5 1,15 jan-mar mon", timezone: "UTC" },
];

const parquet: Promise<Uint8Array> = (async () => {
  const path = join(folder, "example.parquet");
  writeFileSync(join(folder, "example.csv"), CSV);
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  await connection.run(`COPY (SELECT * FROM read_csv('${join(folder, "example.csv")}', all_varchar = true)) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  database.closeSync();
  return readFileSync(path);
})();
const example = await parquet;

/** A file of patients; what a centre's data manager is told of it holds nothing of a row. */
function dataTarget(name: string, extension: string, share: number, make: (draw: Draw) => Input): Target {
  return {
    name,
    share,
    make,
    run: (bytes) => {
      const data = join(folder, `data.${extension}`);
      writeFileSync(data, bytes as Uint8Array);
      return laterOutcomeOf(async () => (await openSource({ dataset: LIVE, data })).close(), DataProblem, SourceError);
    },
  };
}

function configTarget(name: string, whole: object, read: (path: string) => unknown, problem: new (message: string) => Error): Target {
  return {
    name,
    share: 2,
    make: (draw) => (draw.once(20) ? mutatedString(draw, JSON.stringify(whole)) : mutatedText(draw, whole)),
    run: (text) => {
      const path = join(folder, "config.json");
      writeFileSync(path, text as string);
      return outcomeOf(() => read(path), problem);
    },
  };
}

/** One file of an agent's queue that is not as an agent or a command wrote it: it is passed over, and a stop holds all the same. */
function queueTarget(): Target {
  const queue = new ConsentFolder(join(folder, "queue"));
  return {
    name: "an agent's queue",
    share: 2,
    make: (draw) => {
      const name = draw.of(Object.keys(QUEUE));
      return { name, text: draw.once(20) ? JSON.stringify(QUEUE[name]) : mutatedText(draw, QUEUE[name]) };
    },
    run: (made) => {
      const { name, text } = made as { readonly name: string; readonly text: string };
      const path = join(queue.path, name);
      writeFileSync(path, text);
      const read = [queue.items(), queue.decisions(), [...queue.resumptions()]].flat().length;
      const stopped = queue.stoppedBy() !== null;
      rmSync(path);
      if (stopped !== (name === "stopped.json")) throw new Error("a stop that does not hold, or that nobody ordered");
      return read > 0 ? "taken" : stopped ? "stopped" : "passed over";
    },
  };
}

/** Files that are read from disk. */
export const FILES: readonly Target[] = [
  dataTarget("patients: CSV", "csv", 0.4, (draw) => {
    const text = draw.of([CSV, SPREADSHEET]);
    return draw.once(8) ? noise(draw) : draw.once(2) ? mutatedBytes(draw, toUtf8(text)) : toUtf8(mutatedString(draw, text).toWellFormed());
  }),
  dataTarget("patients: Parquet", "parquet", 0.3, (draw) => (draw.once(10) ? noise(draw) : mutatedBytes(draw, example))),
  queueTarget(),
  {
    name: "times of a schedule",
    share: 3,
    make: (draw) => {
      const times = draw.of(TIMES);
      return draw.once(2) ? mutatedText(draw, times) : JSON.stringify({ ...times, cron: mutatedString(draw, times.cron) });
    },
    run: (text) => {
      let times: Partial<ScheduleTimes> | null;
      try {
        times = JSON.parse(text as string) as Partial<ScheduleTimes> | null;
      } catch {
        return "no JSON";
      }
      // As the configuration's schema lets them through.
      const { cron, timezone } = Object(times) as { cron?: unknown; timezone?: unknown };
      if (typeof cron !== "string" || typeof timezone !== "string" || cron.length > 200 || timezone.length > 100) return "refused";
      return problemOfTimes({ cron, timezone }) === null ? "taken" : "a problem";
    },
  },
  configTarget("rules.json of an agent", RULES, (path) => readRules(path, [LIVE]), StartProblem),
  configTarget("agent.json", AGENT, readAgentConfig, StartProblem),
  configTarget("coordinator.json", COORDINATOR, readCoordinatorConfig, ConfigFault),
];

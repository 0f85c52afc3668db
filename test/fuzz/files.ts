import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DataProblem, openSource, readConfig as readAgentConfig, SourceError, StartProblem } from "@tutti/agent";
import { ConfigFault, readConfig as readCoordinatorConfig } from "@tutti/coordinator";
import { toUtf8 } from "@tutti/envelope";
import { LIVE } from "../live/sandbox-folder.ts";
import type { Draw } from "./draw.ts";
import { mutatedBytes, mutatedString, mutatedText, noise } from "./mutation.ts";
import { type Input, laterOutcomeOf, outcomeOf, type Target } from "./target.ts";

// What programs read from disk: the patients' files of a centre, and the configurations.

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

/** Files that are read from disk. */
export const FILES: readonly Target[] = [
  dataTarget("patients: CSV", "csv", 0.4, (draw) => {
    const text = draw.of([CSV, SPREADSHEET]);
    return draw.once(8) ? noise(draw) : draw.once(2) ? mutatedBytes(draw, toUtf8(text)) : toUtf8(mutatedString(draw, text).toWellFormed());
  }),
  dataTarget("patients: Parquet", "parquet", 0.3, (draw) => (draw.once(10) ? noise(draw) : mutatedBytes(draw, example))),
  configTarget("agent.json", AGENT, readAgentConfig, StartProblem),
  configTarget("coordinator.json", COORDINATOR, readCoordinatorConfig, ConfigFault),
];

import { CLOCK_REMEDY, clockOffset } from "../clock-offset.ts";
import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Dataset, datasetName } from "@tutti/dataset";
import { contentHash } from "@tutti/envelope";
import { CLOCK_SKEW_MS, ENDPOINTS, openRoster } from "@tutti/protocol";
import { random, scheme, sha256 } from "@tutti/platform";
import type { AgentConfig } from "../config.ts";
import { HttpCaller, type Reply } from "../http-caller.ts";
import { HttpLink } from "../http-link.ts";
import { LinkFault } from "../link-fault.ts";
import { readRoute, type Route } from "../route.ts";
import { whyUnreachable } from "../unreachable.ts";
import { type CheckName, type Examination, Ill } from "./finding.ts";
import type { OwnFiles } from "./own-files.ts";

/** For each step. */
const STEP_MS = 10_000;
const NOTHING = new Uint8Array(0);

/** Where this machine has to get to first: the proxy, or the coordinator itself. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly what: string;
}

/** Goes to the coordinator step by step: name, connection, encryption, answer, clock, roster, dictionaries, and a request that is signed. */
export async function reach(config: AgentConfig, { identity, roster, datasets }: OwnFiles, examination: Examination): Promise<void> {
  const route = await examination.look("way", () => {
    const read = readRoute(config.proxy, config.certificateAuthority);
    const by = config.proxy === undefined ? "directly" : `by the proxy ${config.proxy.url}`;
    return [read, `${config.coordinator}, ${by}${config.certificateAuthority === undefined ? "" : ", with an authority of your own"}`];
  });
  const reached = route !== null && (await steps(config, route, examination));
  if (route === null) examination.skip(["name", "connection", "encryption", "coordinator"], "the way comes first");
  if (!reached)
    return examination.skip(["clock", "same roster", "same dictionary", "signature"], "the coordinator has to be reached first");
  const caller = new HttpCaller(config.coordinator, AbortSignal.timeout(4 * STEP_MS), route);
  await examination.look("clock", async () => [null, clockText(await get(caller, ENDPOINTS.health.path))]);
  if (identity === null || roster === null)
    return examination.skip(["same roster", "same dictionary", "signature"], "identity and roster come first");
  const parts = { address: config.coordinator, coordinator: roster.coordinator.name, identity, scheme, sha256, random, nowMs: Date.now };
  const link = new HttpLink({ ...parts, signal: AbortSignal.timeout(4 * STEP_MS), route });
  await examination.look("same roster", async () => {
    const theirs = openRoster(await told(link.roster(Date.now() + STEP_MS)), scheme);
    if (theirs.hash !== roster.hash)
      throw new Ill(
        `the coordinator has another roster, ${theirs.hash}: see tutti agent roster whether it waits for a yes; else compare both with the network's operator, and pin the one agreed on`,
      );
    return [null, "the coordinator has the one that is pinned here"];
  });
  await examination.look("same dictionary", async () => [null, sameDictionaries(datasets, await get(caller, ENDPOINTS.datasets.path))]);
  await examination.look("signature", async () => {
    await told(link.history("none@1", [], [], Date.now() + STEP_MS));
    return [null, "the coordinator takes what this centre signs"];
  });
}

async function steps({ coordinator, proxy }: AgentConfig, route: Route, examination: Examination): Promise<boolean> {
  const target = targetOf(proxy === undefined ? coordinator : proxy.url, proxy === undefined ? "the coordinator" : "the proxy");
  const address = await examination.look("name", async () => {
    const { address: ip } = isIP(target.host) ? { address: target.host } : await told(lookup(target.host));
    return [ip, isIP(target.host) ? `${target.what} is given by its address, ${ip}` : `${target.host} is ${ip}`];
  });
  if (address === null) return skipped(["connection", "encryption", "coordinator"]);
  const connected = await examination.look("connection", async () => {
    (await told(opened(connect({ host: address, port: target.port }), "connect"))).destroy();
    return [true, `${target.what} takes connections at ${address}, port ${target.port}`];
  });
  if (connected === null) return skipped(["encryption", "coordinator"]);
  await examination.look("encryption", async () => [null, await encryption(coordinator, proxy !== undefined, route)]);
  const answered = await examination.look("coordinator", async () => {
    const { status } = await get(new HttpCaller(coordinator, AbortSignal.timeout(STEP_MS), route), ENDPOINTS.health.path);
    if (status !== 200)
      throw new Ill(`${coordinator} answers with status ${status}: is this the coordinator's address, and is it running?`);
    return [true, `${coordinator} answers`];
  });
  return answered === true;

  function skipped(checks: readonly CheckName[]): false {
    examination.skip(checks, "the step before comes first");
    return false;
  }
}

async function encryption(coordinator: string, byProxy: boolean, { authorities }: Route): Promise<string> {
  const { protocol, hostname } = new URL(coordinator);
  if (protocol === "http:") return "none: the coordinator is on this machine";
  if (byProxy) return "through the proxy: looked at with the next step";
  const { host, port } = targetOf(coordinator, "the coordinator");
  const options = {
    host,
    port,
    ...(isIP(host) ? {} : { servername: hostname }),
    ...(authorities === null ? {} : { ca: [...authorities] }),
  };
  const socket = connectTls(options);
  await told(opened(socket, "secureConnect"));
  const { valid_to: until, issuer } = socket.getPeerCertificate();
  const said = `${socket.getProtocol() ?? "TLS"}; the certificate, by ${String(issuer.O ?? issuer.CN ?? "an authority")}, is valid until ${until}`;
  socket.destroy();
  return said;
}

function clockText({ dateMs }: Reply): string {
  if (dateMs === null)
    throw new Ill("the coordinator's answers have no Date: something on the way takes it out, so clocks can't be compared");
  const { words, seconds, isTolerated } = clockOffset(dateMs, Date.now());
  if (!isTolerated) throw new Ill(`this machine's clock is ${words}, and ${CLOCK_REMEDY}`);
  return seconds < 2 ? "goes with the coordinator's" : `is ${words}; ${CLOCK_SKEW_MS / 1_000} s are allowed`;
}

function sameDictionaries(datasets: readonly Dataset[], { body }: Reply): string {
  const { response } = ENDPOINTS.datasets;
  const parsed = response === null || response === "octets" ? null : response.safeParse(jsonOf(body));
  if (parsed?.success !== true) throw new Ill("the coordinator's dictionaries can't be read: are both ends of one version?");
  const theirs = new Map(parsed.data.map((dataset) => [datasetName(dataset), contentHash(dataset)]));
  for (const dataset of datasets) {
    const hash = theirs.get(datasetName(dataset));
    if (hash === undefined)
      throw new Ill(`the network has no dictionary ${datasetName(dataset)}, it has ${[...theirs.keys()].join(", ")}: ask its operator`);
    if (hash !== contentHash(dataset))
      throw new Ill(`the network's ${datasetName(dataset)} has another content: use the file that the network gives out`);
  }
  return `${datasets.map(datasetName).join(", ")}: the network's`;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

function get(caller: HttpCaller, target: string): Promise<Reply> {
  return told(caller.call({ method: "GET", target, headers: {}, body: NOTHING, timeoutMs: STEP_MS, maxBytes: 16 << 20 }));
}

/** What came of a step over the network; an Ill that says why when nothing did. */
async function told<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw error instanceof Ill ? error : new Ill(error instanceof LinkFault ? error.message : whyUnreachable(error).message);
  }
}

function opened<S extends Socket>(socket: S, event: "connect" | "secureConnect"): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>();
  socket.setTimeout(STEP_MS, () => socket.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
  socket.once(event, () => resolve(socket)).once("error", reject);
  return promise;
}

function targetOf(address: string, what: string): Target {
  const { protocol, hostname, port } = new URL(address);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port), what };
}

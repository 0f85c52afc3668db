import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { startAdmin } from "./admin.ts";
import { createApp } from "./app.ts";
import { type Config, ConfigFault } from "./config.ts";
import { CoordinatorMetrics } from "./coordinator-metrics.ts";
import { DatabaseFault } from "./database.ts";
import type { Log } from "./log.ts";
import { RosterFile } from "./roster-file.ts";
import { type Bindings, Seat } from "./seat.ts";
import { loadSetting, openTerms } from "./startup.ts";
import type { Store } from "./store.ts";
import { readTls, TlsReload } from "./tls.ts";
import { openTrace } from "./trace.ts";

/** A coordinator that listens. */
export interface Service {
  readonly url: string;
  /** Where metrics are told; null where they are not. */
  readonly metricsUrl: string | null;
  /** Reads certificate and key again; does nothing without TLS. */
  reload(): void;
  /** Ends open sessions with a named outcome, answers those who wait, and closes everything. */
  stop(): Promise<void>;
}

/** Agents keep their connections between queries: an idle one stays open for longer than the longest wait. */
const KEEP_ALIVE_MS = 75_000;
/** How long answers that are on their way have at the end. */
const LAST_ANSWERS_MS = 500;

/** Starts a coordinator. Throws a ConfigFault that says what to do. */
export async function startService(config: Config, log: Log): Promise<Service> {
  const tls = config.tls === undefined ? null : readTls(config.tls);
  const metrics = new CoordinatorMetrics();
  const setting = loadSetting(config, metrics.around(log));
  const { terms, close } = await openTerms(config, setting.log);
  const open = (store: Store) => createApp({ ...setting, store: metrics.timing(store) });
  const seat = await Seat.take({ terms, open, clock: setting.clock, log: setting.log }).catch(async (fault: unknown) => {
    await close();
    throw fault instanceof DatabaseFault ? new ConfigFault(fault.message) : fault;
  });
  const answered = (request: Request, env: Bindings) => seat.answer(request, env);
  metrics.read({ present: () => seat.present(), centres: () => setting.rosters.newest.centres.length });
  const trace = config.trace === undefined ? null : openTrace(config.trace);
  const answer = metrics.answering(answered);
  const server = createAdaptorServer({
    fetch: trace === null ? answer : trace.around(answer),
    overrideGlobalObjects: true,
    createServer: tls === null ? createServer : createTlsServer,
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true, ...tls },
  } as Parameters<typeof createAdaptorServer>[0]) as Server;
  const reload = config.tls === undefined ? null : new TlsReload(config.tls, server as TlsServer, log);
  const admin =
    config.metrics === undefined
      ? null
      : await startAdmin(config.metrics, {
          metrics: () => metrics.text(),
          answer: (request) => seat.answer(request, { incoming: { rawHeaders: [] } }),
        });
  try {
    await listen(server, config);
  } catch (fault) {
    admin?.stop();
    server.close();
    await seat.stop();
    throw fault;
  }
  const stopLooking = new RosterFile(config.roster, setting.identity, log).watch(setting.rosters, setting.clock);
  const { port } = server.address() as AddressInfo;
  const host = config.listen.host.includes(":") ? `[${config.listen.host}]` : config.listen.host;
  return {
    url: `${tls === null ? "http" : "https"}://${host}:${port}`,
    metricsUrl: admin === null ? null : `${admin.url}/metrics`,
    reload: () => reload?.reload(),
    stop: async () => {
      reload?.stop();
      admin?.stop();
      const closed = once(server, "close");
      server.close();
      stopLooking();
      await seat.stop();
      const hurry = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(hurry);
      await close();
      trace?.close();
    },
  };
}

async function listen(server: Server, { listen: { host, port } }: Config): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch {
    throw new ConfigFault(`can't listen on ${host}, port ${port}: is another program there? Choose another port`);
  }
}

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { METRICS_TYPE } from "@tutti/metrics";
import { ConfigFault, type MetricsEntry } from "./config.ts";

/** What the operator's own programs are told. */
export interface AdminParts {
  readonly metrics: () => string;
  /** Answers a request as the coordinator itself would. */
  readonly answer: (request: Request) => Response | Promise<Response>;
}

/** A listener for the operator's own programs. */
export interface Admin {
  readonly url: string;
  stop(): void;
}

/** What is passed on to the coordinator. */
const PASSED_ON: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/**
 * Listens at an address of its own, which a firewall can keep to the operator: metrics, and whether the coordinator lives and is ready. It has neither
 * tokens nor TLS. Throws a ConfigFault when it can't listen.
 */
export async function startAdmin({ host, port }: MetricsEntry, { metrics, answer }: AdminParts): Promise<Admin> {
  const server = createServer((request, response) => {
    if (request.method === "GET" && request.url === "/metrics") {
      response.writeHead(200, { "content-type": METRICS_TYPE, "cache-control": "no-store" }).end(metrics());
    } else if (request.method === "GET" && PASSED_ON.has(request.url ?? "")) {
      void passedOn(`http://admin${request.url}`, answer).then(({ status, text }) =>
        response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(text),
      );
    } else response.writeHead(404).end();
  });
  await listen(server, host, port);
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function passedOn(url: string, answer: AdminParts["answer"]): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await answer(new Request(url));
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 500, text: "" };
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch {
    throw new ConfigFault(`can't listen for metrics on ${host}, port ${port}: is another program there? Choose another port`);
  }
}

import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A reverse proxy that gives each request to the next of its targets that can be reached. */
export class RoundRobin {
  /** Requests that each target has answered. */
  readonly answered: number[];
  readonly url: string;
  readonly #server: Server;
  readonly #targets: string[];

  private constructor(server: Server, targets: string[], answered: number[]) {
    this.#server = server;
    this.#targets = targets;
    this.answered = answered;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(addresses: readonly string[]): Promise<RoundRobin> {
    const targets = [...addresses];
    let next = 0;
    const answered = targets.map(() => 0);
    const server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const first = next++;
      const attempt = (tried: number): void => {
        if (tried === targets.length) return void response.writeHead(502).end();
        const target = (first + tried) % targets.length;
        const { method = "GET", headers, url = "/" } = incoming;
        const outgoing = request(`${targets[target]}${url}`, { method, headers, agent: false }, (reply) => {
          answered[target]!++;
          response.writeHead(reply.statusCode!, reply.headers);
          reply.pipe(response);
        });
        outgoing.on("error", () => {
          if (response.headersSent) response.destroy();
          else attempt(tried + 1);
        });
        response.on("close", () => {
          if (!response.writableFinished) outgoing.destroy();
        });
        outgoing.end(Buffer.concat(chunks));
      };
      attempt(0);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RoundRobin(server, targets, answered);
  }

  /** Another target, from here on. */
  add(address: string): void {
    this.#targets.push(address);
    this.answered.push(0);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

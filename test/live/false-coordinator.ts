import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes to a centre in answer to one of its requests. */
export interface Answered {
  /** The centre that asked, by the name that it signed with; empty when it did not sign. */
  readonly centre: string;
  readonly path: string;
  readonly body: Buffer;
}

/** Gives the bytes that the centre gets instead; the same ones where it leaves them alone. */
export type Mischief = (answered: Answered) => Buffer;

const HONEST: Mischief = ({ body }) => body;

/** The coordinator as a centre meets it when it lies: a real one, behind a program that alters its answers on their way to the centres. */
export class FalseCoordinator {
  readonly url: string;
  mischief: Mischief = HONEST;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Stands before the coordinator at an address. */
  static async start(target: string): Promise<FalseCoordinator> {
    const server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { method = "GET", headers, url: path = "/" } = incoming;
      const centre = /keyid="([^"]*)"/.exec(String(headers["signature-input"] ?? ""))?.[1] ?? "";
      const outgoing = request(`${target}${path}`, { method, headers, agent: false }, async (reply) => {
        const said: Buffer[] = [];
        for await (const chunk of reply) said.push(chunk as Buffer);
        const honest = Buffer.concat(said);
        const body = reply.statusCode === 200 ? self.mischief({ centre, path, body: honest }) : honest;
        response.writeHead(reply.statusCode!, { ...reply.headers, "content-length": body.length }).end(body);
      });
      outgoing.on("error", () => response.destroy());
      response.on("close", () => outgoing.destroy());
      outgoing.end(Buffer.concat(chunks));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const self = new FalseCoordinator(server);
    return self;
  }

  /** Tells the truth again. */
  heal(): void {
    this.mischief = HONEST;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

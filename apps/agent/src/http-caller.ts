import { setMaxListeners } from "node:events";
import type { Agent, IncomingMessage } from "node:http";
import { DIRECT, type Route } from "./route.ts";

// An import of node:http as a module reads all that it exports, and so loads Node's fetch and WebSocket, which an agent has no use for: 14 MB.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** One HTTP request. */
export interface Call {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** For the whole of it, answer included. */
  readonly timeoutMs: number;
  /** Longest answer. */
  readonly maxBytes: number;
}

/** Its answer. */
export interface Reply {
  readonly status: number;
  /** `Retry-After` in milliseconds; 0 without one. */
  readonly retryAfterMs: number;
  /** When it was sent by the sender's clock, milliseconds since 1970; null without a `Date`. */
  readonly dateMs: number | null;
  readonly body: Uint8Array;
}

/** Sends requests, and gives their answers; `sent` is called once all of one is on its way. */
export interface Caller {
  call(call: Call, sent?: () => void): Promise<Reply>;
}

/** Requests to one address, by a proxy where there is one, over connections that stay open. Every failure to get an answer is an Error. */
export class HttpCaller implements Caller {
  readonly #address: URL;
  readonly #client: typeof http | typeof https;
  readonly #agent: Agent;
  readonly #signal: AbortSignal;

  /** @param signal ends every request */
  constructor(address: string, signal: AbortSignal, { proxy, authorities }: Route = DIRECT) {
    this.#address = new URL(address);
    this.#client = this.#address.protocol === "https:" ? https : http;
    this.#agent = new this.#client.Agent({
      keepAlive: true,
      scheduling: "lifo",
      ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
      ...(authorities === null ? {} : { ca: [...authorities] }),
    });
    this.#signal = signal;
    setMaxListeners(0, signal);
  }

  /** Sends a request. `sent` is called once all of it is on its way. */
  call({ method, target, headers, body, timeoutMs, maxBytes }: Call, sent?: () => void): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const request = this.#client.request({
        protocol: this.#address.protocol,
        hostname: this.#address.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: this.#address.port,
        method,
        path: target,
        headers: { ...headers, "content-length": String(body.length) },
        agent: this.#agent,
        signal: this.#signal,
      });
      const timer = setTimeout(() => request.destroy(new Error("no answer in time")), timeoutMs);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      request.on("error", (error) => settle(() => reject(error)));
      request.on("response", (response) => {
        read(response, maxBytes).then(
          (bytes) =>
            settle(() =>
              resolve({ status: response.statusCode ?? 0, retryAfterMs: retryAfterOf(response), dateMs: dateOf(response), body: bytes }),
            ),
          (error: unknown) => {
            request.destroy();
            settle(() => reject(error));
          },
        );
      });
      if (sent !== undefined) request.on("finish", sent);
      request.end(body);
    });
  }
}

/** RFC 9110 §10.2.3, seconds only: a date would need both clocks to agree. */
function retryAfterOf({ headers }: IncomingMessage): number {
  const seconds = headers["retry-after"];
  return seconds !== undefined && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1_000 : 0;
}

function dateOf({ headers }: IncomingMessage): number | null {
  const ms = Date.parse(headers.date ?? "");
  return Number.isNaN(ms) ? null : ms;
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length);
}

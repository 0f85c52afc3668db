import { closeSync, openSync, writeSync } from "node:fs";

/** A request as Node read it. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
}

/** Answers a request. */
export type Fetch = (request: Request, env: { readonly incoming: Incoming }) => Response | Promise<Response>;

/** A file that takes every message that comes and goes. */
export interface Trace {
  /** Answers as `fetch` does, and writes down what came and what went. */
  around(fetch: Fetch): Fetch;
  close(): void;
}

/**
 * Appends to a file every byte that the coordinator receives and sends, as it is: request line, header fields (tokens and signatures with
 * them), body; status, header fields, body. A line before each says how long it is. For sandboxes: to see for oneself that nothing of a patient is in it.
 */
export function openTrace(path: string): Trace {
  const file = openSync(path, "a", 0o600);
  let last = 0;
  const write = (title: string, head: string, body: Uint8Array) => {
    const bytes = Buffer.concat([Buffer.from(head), body]);
    writeSync(file, Buffer.concat([Buffer.from(`--- ${title}, ${bytes.length} bytes\n`), bytes, Buffer.from("\n")]));
  };
  return {
    around: (fetch) => async (request, env) => {
      const number = ++last;
      const { method = "", url = "", rawHeaders } = env.incoming;
      const fields = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}\r\n`] : []));
      const body = method === "GET" || method === "HEAD" ? null : new Uint8Array(await request.arrayBuffer());
      write(`${number} received`, `${method} ${url} HTTP/1.1\r\n${fields.join("")}\r\n`, body ?? new Uint8Array(0));
      const again = new Request(request.url, { method, headers: request.headers, body, signal: request.signal });
      const response = await fetch(again, env);
      const sent = new Uint8Array(await response.arrayBuffer());
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
      write(`${number} sent`, `HTTP/1.1 ${response.status}\r\n${headers.join("")}\r\n`, sent);
      return new Response(response.status === 202 ? null : sent, { status: response.status, headers: response.headers });
    },
    close: () => closeSync(file),
  };
}

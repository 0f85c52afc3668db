import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** A hospital's proxy: it asks for a user and a password, and tells what it was asked for. */
export interface ForwardProxy {
  readonly url: string;
  /** What it was asked to connect to, and whether it did, in order. */
  readonly asked: readonly { readonly target: string; readonly let: boolean }[];
  stop(): void;
}

/** Starts a proxy on this machine that takes CONNECT, and requests with a whole address. */
export async function startForwardProxy(user: string, password: string, status = 407): Promise<ForwardProxy> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const asked: { target: string; let: boolean }[] = [];
  const server = createServer((incoming, outgoing) => {
    const allowed = incoming.headers["proxy-authorization"] === expected;
    asked.push({ target: incoming.url!, let: allowed });
    if (!allowed) return void outgoing.writeHead(status, { "proxy-authenticate": "Basic" }).end("<html>");
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.startsWith("proxy-")));
    const onward = request(incoming.url!, { method: incoming.method!, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on("connect", ({ url = "", headers }, socket) => {
    const allowed = headers["proxy-authorization"] === expected;
    asked.push({ target: url, let: allowed });
    if (!allowed) return void socket.end(`HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic\r\n\r\n`);
    const [host, port] = url.split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.on("close", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How a proxy treats what comes. */
export type ProxyMode =
  /** Passes all on, each piece after `delayMs`. */
  | { readonly kind: "pass"; readonly delayMs: number }
  /** Breaks every connection, and takes no new one. */
  | { readonly kind: "cut" }
  /** Takes connections, and passes nothing on: as a network that swallows packets. */
  | { readonly kind: "swallow" };

/** A TCP proxy on this machine before one port, which does harm when it is told to. */
export class FaultProxy {
  mode: ProxyMode = { kind: "pass", delayMs: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port of this machine, and passes on to another. */
  static async start(target: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server);
    server.on("connection", (near) => proxy.#join(near, target));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Changes what becomes of all connections, those that are open included. */
  set(mode: ProxyMode): void {
    this.mode = mode;
    if (mode.kind !== "pass") for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.set({ kind: "cut" });
    this.#server.close();
  }

  #join(near: Socket, target: number): void {
    if (this.mode.kind === "cut") return void near.destroy();
    this.#keep(near);
    if (this.mode.kind === "swallow") return;
    const far = connect(target, "127.0.0.1");
    this.#keep(far);
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** Pieces arrive in their order: each waits the same time. */
  #pass(from: Socket, to: Socket): void {
    const later = (act: () => void): void => {
      const delayMs = this.mode.kind === "pass" ? this.mode.delayMs : 0;
      if (delayMs === 0) act();
      else setTimeout(act, delayMs);
    };
    from.on("data", (piece) => later(() => to.writable && to.write(piece)));
    from.on("end", () => later(() => to.end()));
    from.on("close", () => later(() => to.destroy()));
  }
}

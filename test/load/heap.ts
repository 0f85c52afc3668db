import { setTimeout as sleep } from "node:timers/promises";

/** The parts of the inspector's protocol that are spoken here. */
interface Reply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: number } };
}

/**
 * The heap that a Node process has in use after a collection that is forced, in megabytes: its own and what hangs on it outside (buffers). It opens
 * the process's inspector by SIGUSR1, and closes it again.
 * @param port the process's `--inspect-port`
 */
export async function heapMbAfterGc(pid: number, port: number): Promise<number> {
  process.kill(pid, "SIGUSR1");
  const socket = new WebSocket(await addressOf(port));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  let last = 0;
  const say = (method: string, params: object = {}): Promise<Reply> => {
    const id = ++last;
    return new Promise((resolve) => {
      socket.addEventListener("message", function heard({ data }: MessageEvent) {
        const reply = JSON.parse(String(data)) as Reply;
        if (reply.id !== id) return;
        socket.removeEventListener("message", heard);
        resolve(reply);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  };
  await say("HeapProfiler.collectGarbage");
  const expression = "const { heapUsed, external } = process.memoryUsage(); heapUsed + external";
  const { result } = await say("Runtime.evaluate", { expression, returnByValue: true, replMode: true });
  // It closes before it can answer.
  socket.send(JSON.stringify({ id: 0, method: "Runtime.evaluate", params: { expression: "process._debugEnd()" } }));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
  await Promise.race([closed, sleep(2_000)]);
  return (result?.result?.value ?? NaN) / 1_048_576;
}

async function addressOf(port: number): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch {
      // Not open yet.
    }
    await sleep(50);
  }
  throw new Error(`no inspector at port ${port}: is another process there?`);
}

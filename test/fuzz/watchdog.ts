import { writeSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** What the watchdog's thread is given. */
interface Watched {
  /** Two numbers that the watched thread writes: of the target, and of the input. */
  readonly memory: SharedArrayBuffer;
  readonly names: readonly string[];
  readonly seed: number;
  readonly hangMs: number;
}

/**
 * Ends the process when an input takes so long that it will not end: from another thread, since the one that reads it can't. It says which input it
 * was, on standard output, as a crash is told.
 */
export class Watchdog {
  readonly #places: Int32Array;
  readonly #names: readonly string[];
  readonly #worker: Worker;

  constructor(names: readonly string[], seed: number, hangMs: number) {
    const memory = new SharedArrayBuffer(8);
    this.#places = new Int32Array(memory);
    this.#names = names;
    const watched: Watched = { memory, names, seed, hangMs };
    this.#worker = new Worker(new URL(import.meta.url), { workerData: watched });
    this.#worker.unref();
  }

  /** The next input begins. */
  readonly onInput = (target: string, at: number): void => {
    Atomics.store(this.#places, 0, this.#names.indexOf(target));
    Atomics.store(this.#places, 1, at);
  };

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

const LOOK_MS = 200;

/** The watchdog's thread. */
function watch({ memory, names, seed, hangMs }: Watched): void {
  const places = new Int32Array(memory);
  let last = "";
  // Looks, and not the clock: a machine that stood still did not hang.
  let looks = 0;
  setInterval(() => {
    const now = `${Atomics.load(places, 0)} ${Atomics.load(places, 1)}`;
    if (now !== last) [last, looks] = [now, 0];
    if (++looks * LOOK_MS < hangMs) return;
    const target = names[places[0]!]!;
    writeSync(1, `\nHANG in ${target}: --seed ${seed} --target ${JSON.stringify(target)} --at ${places[1]}\n`);
    process.kill(process.pid, "SIGKILL");
  }, LOOK_MS);
}

if (!isMainThread && workerData !== null && "hangMs" in (workerData as object)) watch(workerData as Watched);

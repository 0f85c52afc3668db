import { SessionStop } from "@tutti/protocol";
import type { ConsentDesk } from "./consent-desk.ts";

/** The one word for it, whoever decided it and why. */
export function withdrawn(): SessionStop {
  return new SessionStop("rule", "the centre withdraws: its own rules, or its people");
}

/** Says something, and waits for what comes of it, as long as the centre is not stopped; rejects with a SessionStop when it is, before or meanwhile. */
export async function unlessHalted<T>(desk: ConsentDesk | undefined, say: (halt?: AbortSignal) => Promise<T>): Promise<T> {
  if (desk === undefined) return say();
  const { halt } = desk;
  if (desk.isStopped || halt.aborted) throw withdrawn();
  const halted = Promise.withResolvers<never>();
  const onHalt = (): void => halted.reject(withdrawn());
  halt.addEventListener("abort", onHalt, { once: true });
  try {
    return await Promise.race([say(halt), halted.promise]);
  } finally {
    halt.removeEventListener("abort", onHalt);
  }
}

import type { Endpoint } from "@tutti/protocol";
import type { Context, Hono } from "hono";
import type { Coordinator } from "./coordinator.ts";

/** Answers requests to one endpoint of the protocol's table. */
export type Answering = (endpoint: Pick<Endpoint, "method" | "path">, answer: (c: Context) => Response | Promise<Response>) => void;

/** Has an app answer endpoints. */
export function answering(app: Hono): Answering {
  return ({ method, path }, answer) => void app.on(method, path, answer);
}

/** The coordinator, once the store is read. */
export type Opening = Promise<Coordinator>;

import { ENDPOINTS } from "@tutti/protocol";
import { seenOf, segment } from "./address.ts";
import { BODY_BYTES, readBody, readJson } from "./body.ts";
import type { Callers } from "./callers.ts";
import type { Answering, Opening } from "./endpoints.ts";
import { json } from "./reply.ts";
import type { Schedules } from "./schedules.ts";

/** What the holders of tokens may ask. */
export function answerRequesters(on: Answering, coordinator: Opening, callers: Callers, schedules: Schedules): void {
  on(ENDPOINTS.ask, async (c) => {
    const holder = await callers.holder(c, "ask");
    const query = readJson(await readBody(c, BODY_BYTES.query), ENDPOINTS.ask.request);
    holder.demandDataset(query);
    return json({ id: await (await coordinator).ask(query, holder.name) }, 201);
  });
  on(ENDPOINTS.preview, async (c) => {
    const holder = await callers.holder(c, "preview");
    const query = readJson(await readBody(c, BODY_BYTES.query), ENDPOINTS.preview.request);
    holder.demandDataset(query);
    return json(await (await coordinator).preview(query));
  });
  on(ENDPOINTS.state, async (c) => {
    const { sees } = await callers.holder(c, "state");
    return json(await (await coordinator).state(segment(c, "query"), sees, seenOf(c)));
  });
  on(ENDPOINTS.schedules, async (c) => json(await schedules.of((await callers.holder(c, "schedules")).sees)));
  on(ENDPOINTS.receipt, async (c) => {
    const { sees } = await callers.holder(c, "receipt");
    return json(await (await coordinator).receipt(segment(c, "query"), sees));
  });
}

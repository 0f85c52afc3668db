import { ENDPOINTS, MAX_BUNDLE_BYTES } from "@tutti/protocol";
import type { Context } from "hono";
import { exchangeOf, segment } from "./address.ts";
import { BODY_BYTES, readBody, readJson } from "./body.ts";
import type { Callers } from "./callers.ts";
import type { Answering, Opening } from "./endpoints.ts";
import { json, octets } from "./reply.ts";

/** What agents ask: each request is signed by its centre. */
export function answerCentres(on: Answering, coordinator: Opening, callers: Callers): void {
  const fromCentre = async (c: Context, limit: number): Promise<{ readonly centre: string; readonly body: Uint8Array }> => {
    const { centre, demandBody } = callers.centre(c);
    const body = await readBody(c, limit);
    demandBody(body);
    return { centre, body };
  };

  on(ENDPOINTS.offers, async (c) => {
    const { centre, body } = await fromCentre(c, BODY_BYTES.message);
    readJson(body, ENDPOINTS.offers.request);
    return json({ offers: await (await coordinator).centres.offersTo(centre, c.req.raw.signal) });
  });
  on(ENDPOINTS.answer, async (c) => {
    const { centre, body } = await fromCentre(c, BODY_BYTES.message);
    const { answer } = readJson(body, ENDPOINTS.answer.request);
    return json({ formation: await (await coordinator).centres.answer(centre, segment(c, "offer"), answer) });
  });
  on(ENDPOINTS.exchange, async (c) => {
    const { centre, body } = await fromCentre(c, MAX_BUNDLE_BYTES);
    return octets(await (await coordinator).centres.exchange(centre, segment(c, "session"), exchangeOf(c), body));
  });
  on(ENDPOINTS.release, async (c) => {
    const { centre, body } = await fromCentre(c, BODY_BYTES.release);
    const { release } = readJson(body, ENDPOINTS.release.request);
    return json({ release: await (await coordinator).centres.release(centre, segment(c, "session"), release) });
  });
  on(ENDPOINTS.history, async (c) => {
    const { body } = await fromCentre(c, BODY_BYTES.release);
    const { dataset, marks, records } = readJson(body, ENDPOINTS.history.request);
    return json({ items: await (await coordinator).centres.history(dataset, marks, records) });
  });
  on(ENDPOINTS.stop, async (c) => {
    const { centre, body } = await fromCentre(c, BODY_BYTES.message);
    const { stop } = readJson(body, ENDPOINTS.stop.request);
    (await coordinator).centres.stop(centre, segment(c, "session"), stop);
    return json({});
  });
}

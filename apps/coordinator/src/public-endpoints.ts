import { ENDPOINTS } from "@tutti/protocol";
import { countOf, numberOf } from "./address.ts";
import type { CoordinatorSetting } from "./coordinator-setting.ts";
import type { Answering, Opening } from "./endpoints.ts";
import { json } from "./reply.ts";

/** What everybody may ask: whether it works, the network's files, and the public log. */
export function answerEverybody(on: Answering, coordinator: Opening, { rosters, policy, datasets }: CoordinatorSetting): void {
  on(ENDPOINTS.health, () => json({ status: "ok" }));
  on(ENDPOINTS.ready, async () => {
    await (await coordinator).demandReady();
    return json({ status: "ready" });
  });
  on(ENDPOINTS.roster, () => json(rosters.after(rosters.newest.version - 1)[0]!));
  on(ENDPOINTS.rosters, (c) => json({ versions: rosters.after(numberOf(c, "after", "how many versions of the roster you know")) }));
  on(ENDPOINTS.policy, () => json(policy));
  on(ENDPOINTS.datasets, () => json(datasets));
  on(ENDPOINTS.logHead, async () => json((await (await coordinator).publicLog.head()).envelope));
  on(ENDPOINTS.logEntries, async (c) => json({ entries: await (await coordinator).publicLog.entries(countOf(c, "from")) }));
  on(ENDPOINTS.logInclusion, async (c) => {
    const { about = "", envelope = "" } = c.req.query();
    return json(await (await coordinator).publicLog.inclusion(about, envelope, countOf(c, "size")));
  });
  on(ENDPOINTS.logConsistency, async (c) =>
    json({ proof: await (await coordinator).publicLog.consistency(countOf(c, "from"), countOf(c, "size")) }),
  );
}

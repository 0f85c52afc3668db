import { expect, test } from "vitest";
import { iphReport, withIph } from "./iph-network.ts";
import { releaseOf } from "./live-network.ts";
import { ProcessNetwork } from "./process-network.ts";
import { liveCentres, removeSandboxes } from "./sandbox-folder.ts";
import { everybody } from "./truth.ts";

test("two of twelve are killed after the deal: the report is there all the same, with their patients in it", async () => {
  await withIph(async (network) => {
    const lost = [network.names[2]!, network.names[7]!];
    let killed: Promise<unknown> | null = null;
    const state = await iphReport(network, ({ what, exchange }) => {
      if (what === "exchanged" && exchange === 0) killed ??= Promise.all(lost.map((name) => network.kill(name)));
    });
    await killed;
    expect(state.state, state.detail ?? "").toBe("released");
    const release = releaseOf(state);
    expect(release.centres).toMatchObject({ invited: 12, contributed: 12 });
    expect(release.results[0]).toMatchObject({ count: 25 });
  });
});

test("one that accepted and can't be reached when it would deal is left out, and the others' report says so", async () => {
  const centres = liveCentres(5, 12, 9);
  const network = await ProcessNetwork.start(centres);
  try {
    const lost = network.names[4]!;
    const query = { dataset: "live@3", purpose: "left out", measures: [{ id: "n", count: true }] };
    const state = await network.client.wait(await network.client.ask(query), {
      timeoutMs: 60_000,
      onEvent: ({ what, centre }) => {
        if (what === "accepted" && centre === lost) network.proxies.get(lost)!.set({ kind: "swallow" });
      },
    });
    expect(state.state, state.detail ?? "").toBe("released");
    const { contributed } = releaseOf(state).centres;
    expect(releaseOf(state).results[0]).toMatchObject({
      count: everybody(centres).length - (contributed === 5 ? 0 : centres.get(lost)!.length),
    });
  } finally {
    await network.stop();
    removeSandboxes();
  }
});

import { parseArgs } from "node:util";
import { slowReport } from "../simulation/round-trips.ts";
import { iphReport, withIph } from "./iph-network.ts";

// The report of the demo by twelve honest centres that are far away: in round trips, and in seconds of real processes behind proxies that delay.

const { values } = parseArgs({ options: { "round-trip-ms": { type: "string", default: "200" } } });
const roundTripMs = Number(values["round-trip-ms"]);
const { state: simulated, roundTrips } = await slowReport(roundTripMs);
process.stdout.write(
  `simulated: ${simulated?.state}, ${roundTrips.toFixed(1)} round trips of ${roundTripMs} ms, where nothing else takes time\n`,
);
await withIph(async (network) => {
  await iphReport(network);
  const near = await iphReport(network);
  for (const proxy of network.proxies.values()) proxy.set({ kind: "pass", delayMs: roundTripMs / 2 });
  // Not the same question as before, which would be answered again.
  const far = await iphReport(network);
  const tookMs = ({ events }: typeof far): number => events.at(-1)!.atMs - events[0]!.atMs;
  process.stdout.write(`live, nearby: ${near.state}, ${tookMs(near)} ms\n`);
  process.stdout.write(`live, far away: ${far.state}, ${tookMs(far)} ms, ${(tookMs(far) / roundTripMs).toFixed(1)} round trips\n`);
});

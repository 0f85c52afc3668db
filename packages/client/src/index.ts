export type { Check } from "./checklist.ts";
export { ClientFault } from "./client-fault.ts";
export type { ClientFaultKind } from "./client-fault.ts";
export { createClient } from "./client.ts";
export type { Client, ClientSetting, Waiting } from "./client.ts";
export type { Abort, Transport, TransportInit, TransportReply } from "./transport.ts";
export { verifyRelease } from "./verify-release.ts";
export type { Evidence } from "./verify-release.ts";

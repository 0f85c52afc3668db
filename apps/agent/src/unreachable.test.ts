import { expect, test } from "vitest";
import { proxySaid, whyUnreachable } from "./unreachable.ts";

// Each way not to get an answer, what is said of it, and whether somebody at the hospital has to act before it is asked again. Those that a real
// server or proxy can be had for are in test/transport/route.test.ts.

test.each([
  ["ENOTFOUND", "check the name, and this machine's name server", false],
  ["EAI_AGAIN", "the name server does not answer", false],
  ["ECONNREFUSED", "is the coordinator, or the proxy, running", false],
  ["ECONNRESET", "the connection was cut", false],
  ["ETIMEDOUT", "a firewall on the way, which drops", false],
  ["EHOSTUNREACH", "has no way there", false],
  ["CERT_NOT_YET_VALID", "not valid yet: check this machine's clock", true],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificateAuthority", true],
  ["SOMETHING_NEW", "it can't be reached", false],
])("%s", (code, said, blocked) => {
  expect(whyUnreachable(Object.assign(new Error("its own words"), { code }))).toEqual({ message: expect.stringContaining(said), blocked });
});

test.each([
  [407, "does not accept user and password", true],
  [403, "refuses to connect to it (status 403)", true],
  [502, "the proxy can't reach it (status 502)", false],
])("a proxy that answers with status %i", (status, said, blocked) => {
  expect(proxySaid(status)).toEqual({ message: expect.stringContaining(said), blocked });
  expect(whyUnreachable({ code: "ERR_PROXY_TUNNEL", statusCode: status })).toEqual(proxySaid(status));
});

test("what is no error of Node's says nothing of what it holds", () => {
  for (const odd of [null, undefined, "a secret", { code: "constructor" }, { code: 7, message: "a secret" }])
    expect(whyUnreachable(odd)).toEqual({ message: "it can't be reached", blocked: false });
});

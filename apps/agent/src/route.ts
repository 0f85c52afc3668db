import { getCACertificates } from "node:tls";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { StartProblem } from "./start-problem.ts";

/** How a centre's network has its proxy described; the password is a path. */
export interface ProxyEntry {
  /** `http://host:port` or `https://host:port` of the proxy. */
  readonly url: string;
  readonly user?: string | undefined;
  /** A file that holds the password; a line break at its end does not count. */
  readonly passwordFile?: string | undefined;
}

/** The way from this machine to its coordinator. */
export interface Route {
  /** The proxy's address, user and password in it; null to dial directly. A secret: it goes nowhere but to Node's HTTP client. */
  readonly proxy: string | null;
  /** The authorities whose word counts for the coordinator's certificate (PEM), those of Node among them; null for those of Node alone. */
  readonly authorities: readonly string[] | null;
}

/** No proxy, and the authorities that Node knows. */
export const DIRECT: Route = { proxy: null, authorities: null };

/** Reads what the configuration names. Throws a StartProblem that says what to do. */
export function readRoute(proxy: ProxyEntry | undefined, certificateAuthority: string | undefined): Route {
  return {
    proxy: proxy === undefined ? null : addressOf(proxy),
    authorities: certificateAuthority === undefined ? null : [...getCACertificates(), authorityIn(certificateAuthority)],
  };
}

function addressOf({ url, user, passwordFile }: ProxyEntry): string {
  const address = new URL(url);
  address.username = encodeURIComponent(user ?? "");
  if (passwordFile !== undefined) address.password = encodeURIComponent(textOf(passwordFile).replace(/\r?\n$/, ""));
  return address.href;
}

function authorityIn(path: string): string {
  const text = textOf(path);
  try {
    // Checks the first; Node checks all of them when they are used.
    if (new X509Certificate(text).ca) return text;
  } catch {
    throw new StartProblem(`${path} holds no certificate in PEM: ask your network's administrators for the certificate of the authority`);
  }
  throw new StartProblem(
    `${path} is the certificate of a server, not of an authority: ask your network's administrators for the one that signed it`,
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new StartProblem(`${path} can't be read: check the path in the agent's configuration, and that the agent's user may read it`);
  }
}

import type { Command } from "commander";
import { Stop } from "./exit.ts";
import type { Access } from "./services.ts";

/** Options of the commands that ask a network. */
export interface AccessOptions {
  readonly coordinator?: string;
  readonly token?: string;
}

export function accessOptions(command: Command): Command {
  return command
    .option("--coordinator <url>", "the network's coordinator (or TUTTI_COORDINATOR)")
    .option("--token <token>", "your token (or TUTTI_TOKEN, which other users of the machine can't see)");
}

/** Whether anything names a network to ask. */
export function namesNetwork({ coordinator }: AccessOptions, env: Readonly<Record<string, string | undefined>>): boolean {
  return (coordinator ?? env["TUTTI_COORDINATOR"] ?? "") !== "";
}

/** The coordinator's address: the option, else the environment. */
export function coordinatorOf(
  { coordinator }: Pick<AccessOptions, "coordinator">,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const url = coordinator ?? env["TUTTI_COORDINATOR"];
  if (url === undefined || url === "") throw new Stop("usage", "which network? Give --coordinator URL, or set TUTTI_COORDINATOR");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Stop("usage", "--coordinator is a URL that begins with http:// or https://");
  return url;
}

/** Where to ask and with which token: the options, else the environment. */
export function accessOf(options: AccessOptions, env: Readonly<Record<string, string | undefined>>): Access {
  const url = coordinatorOf(options, env);
  const token = options.token ?? env["TUTTI_TOKEN"];
  if (token === undefined || token === "") throw new Stop("usage", "the network wants a token: give --token, or set TUTTI_TOKEN");
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && !/^(?:localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname))
    throw new Stop(
      "usage",
      "your token would travel in the clear: give the coordinator's https:// address; http:// is for this machine only",
    );
  return { url, token };
}

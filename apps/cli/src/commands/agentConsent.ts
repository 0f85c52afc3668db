import type { Command } from "commander";
import { Stop } from "../exit.ts";
import { commonOptions } from "../options.ts";
import type { AgentOptions } from "./agent.ts";

interface DecisionOptions extends AgentOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Has the agent's program do something, and prints what it prints. */
type PassOn = (name: string, options: AgentOptions, ...more: readonly string[]) => Promise<void>;

/** `tutti agent queue`, `approve`, `deny`, `stop`, `resume`: the centre's people decide. They work on the agent's folder, also while it is down. */
export function addConsent(agent: Command, passOn: PassOn): void {
  about(
    agent.command("queue"),
    "list what waits for a decision of the centre's people; queue show ID: one question, and what this centre would contribute to it",
    "print it as JSON",
  )
    .argument("[show]", "show, to see one question")
    .argument("[id]", "its id, or the first six digits and more")
    .action((show: string | undefined, id: string | undefined, options: AgentOptions) => {
      if (show === undefined) return passOn("queue", options);
      if (show === "show" && id !== undefined) return passOn("show", options, id);
      throw new Stop("usage", "tutti agent queue lists what waits; tutti agent queue show ID shows one question");
    });
  who(about(agent.command("approve"), "let a query run, or this centre's shares leave", "print what was done as JSON"))
    .argument("<id>", "its id, or the first six digits and more")
    .action((id: string, options: DecisionOptions) => passOn("approve", options, id, ...decision(options)));
  who(about(agent.command("deny"), "say no; outside it is the same word as a rule's", "print what was done as JSON"))
    .argument("<id>", "its id, or the first six digits and more")
    .option("--reason <why>", "for this centre's ledger alone: purpose, requester, variables, rate, ethics, data or other")
    .action((id: string, options: DecisionOptions) => passOn("deny", options, id, ...decision(options)));
  who(
    about(agent.command("stop"), "stop: nothing is answered, and running sessions are left before their next message", "print it as JSON"),
  ).action((options: DecisionOptions) => passOn("stop", options, ...decision(options)));
  who(about(agent.command("resume"), "answer again", "print it as JSON")).action((options: DecisionOptions) =>
    passOn("resume", options, ...decision(options)),
  );
}

function about(command: Command, description: string, json: string): Command {
  return commonOptions(command, json).description(description).requiredOption("--config <file>", "the agent's configuration, agent.json");
}

function who(command: Command): Command {
  return command.option("--by <name>", "who decides; the user of the operating system if left out");
}

function decision({ by, reason }: DecisionOptions): readonly string[] {
  return [...(by === undefined ? [] : ["--by", by]), ...(reason === undefined ? [] : ["--reason", reason])];
}

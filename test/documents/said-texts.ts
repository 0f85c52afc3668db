import { sources, textOf, workspaces } from "../invariants/repository.ts";

/** All that the programs can say, as one text: the code, with texts that stand in pieces put together, and `…` for what is put into them. */
export function saidTexts(): string {
  const paths = workspaces().flatMap(({ folder }) => (/^(?:apps|packages|platform)/.test(folder) ? sources(`${folder}/src`) : []));
  return paths.map((path) => withGaps(textOf(path).replaceAll(/["`] \+\s+["`]/g, ""))).join("\n");
}

/** Innermost first: what is put in may hold a text that something is put into. */
function withGaps(text: string): string {
  const shorter = text.replaceAll(/\$\{[^{}]*\}/g, "…");
  return shorter === text ? text : withGaps(shorter);
}

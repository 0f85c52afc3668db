/** The labels of a family of series: for each label, every value that it can have. What is in no list counts as `other`. */
export type Labels = Readonly<Record<string, readonly string[]>>;

/** Values of labels, one each. */
export type LabelValues<L extends Labels> = { readonly [Name in keyof L]: string };

/** The value under which everything is counted that no list has. */
export const OTHER = "other";

/** All series of a family, by the text of their labels: there from the beginning, and never more. */
export class Series<L extends Labels, T> {
  readonly #labels: L;
  readonly #byText: ReadonlyMap<string, T>;

  constructor(labels: L, make: () => T) {
    this.#labels = labels;
    this.#byText = new Map(combinations(labels).map((text) => [text, make()]));
  }

  /** The series of these values. */
  of(values: LabelValues<L>): T {
    const texts = Object.entries(this.#labels).map(([name, known]) =>
      labelText(name, known.includes(values[name]!) ? values[name]! : OTHER),
    );
    return this.#byText.get(texts.join(","))!;
  }

  /** Each series with the text of its labels, empty where there are none. */
  entries(): Iterable<readonly [labels: string, series: T]> {
    return this.#byText;
  }
}

function combinations(labels: Labels): readonly string[] {
  return Object.entries(labels).reduce<readonly string[]>(
    (texts, [name, known]) =>
      texts.flatMap((text) => [...new Set([...known, OTHER])].map((value) => [text, labelText(name, value)].filter(Boolean).join(","))),
    [""],
  );
}

function labelText(name: string, value: string): string {
  return `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

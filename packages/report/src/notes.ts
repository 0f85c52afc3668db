/** A footnote. `mark` is "" for a remark on the whole report. */
export interface Note {
  readonly mark: string;
  readonly text: string;
}

/** Collects footnotes while a report is laid out: the same text has the same mark wherever it is used. */
export interface Notes {
  /** The mark of a footnote: a, b, c … in the order of first use. */
  mark(text: string): string;
  /** Adds a remark without a mark, once. */
  remark(text: string): void;
  /** Marked footnotes first, then the remarks. */
  list(): readonly Note[];
}

const MARKS = ["ᵃ", "ᵇ", "ᶜ", "ᵈ", "ᵉ", "ᶠ", "ᵍ", "ʰ"];

export function startNotes(): Notes {
  const marked = new Map<string, string>();
  const remarks = new Set<string>();
  return {
    mark: (text) => {
      const mark = marked.get(text) ?? MARKS[marked.size] ?? `(${marked.size + 1})`;
      marked.set(text, mark);
      return mark;
    },
    remark: (text) => void remarks.add(text),
    list: () => [...[...marked].map(([text, mark]) => ({ mark, text })), ...[...remarks].map((text) => ({ mark: "", text }))],
  };
}

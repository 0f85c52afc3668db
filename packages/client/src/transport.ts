/** What the client needs of `fetch`; the platform's own has it. */
export interface Transport {
  fetch(url: string, init: TransportInit): Promise<TransportReply>;
}

export interface TransportInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: Abort;
}

export interface TransportReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What the client needs of an `AbortSignal`; it is handed on to `fetch` as it is. */
export interface Abort {
  readonly aborted: boolean;
}

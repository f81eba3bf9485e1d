/** An HTTP request to an address that somebody else chose. */
export type OutboundRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly followRedirects: boolean;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
};

export type OutboundResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Makes such a request. Throws an Error whose message says what is refused or what went wrong. */
export type Outbound = (request: OutboundRequest, signal: AbortSignal) => Promise<OutboundResponse>;

import type { Ports } from "../core/scope.ts";
import type { UsageBook } from "../core/usage-book.ts";
import type { Grant } from "../domain/api-key.ts";
import type { Hide } from "../domain/secrets.ts";
import type { HashLine } from "./hash-line.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Settings } from "./settings.ts";

/** Who a caller was found to be, and by which key or sign-in. */
export type Known = {
  readonly accountId: string;
  readonly keyId: string | null;
  readonly grant: Grant | null;
  readonly signInId: string | null;
  /** Whether the account is a guest's. */
  readonly isGuest?: boolean;
};

/** The running server: one in a process. */
export type Parley = {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly ownerId: string;
  /** Where the owner's API key is: a file, or the name of the setting. */
  readonly keyPlace: string;
  /** Signs cookies. */
  readonly secret: string;
  /** Hides the server's own secrets in a text. */
  readonly hide: Hide;
  /** Takes what signs a browser in as the owner: see there. */
  readonly takeOwnerToken: (token: string) => Promise<boolean>;
  /** The token of a link to do so, made at this start; null for a function, which starts many times and prints none. */
  readonly ownerToken: string | null;
  /** Who callers were found to be, and until when that is believed. */
  readonly callers: Map<string, Known & { readonly until: number }>;
  /** What cookies were decrypted to, by their hashes. Whether that still counts is asked for each request. */
  readonly cookies: Map<string, { readonly sub: string; readonly signIn: string; readonly until: number }>;
  readonly limits: RateLimits;
  readonly hashLine: HashLine;
  /** What calls of models came to and is not written down yet. */
  readonly usageBook: UsageBook;
  /** When the last use of each key was noted. */
  readonly touchedKeys: Map<string, number>;
  readonly close: (graceMs: number) => Promise<void>;
};

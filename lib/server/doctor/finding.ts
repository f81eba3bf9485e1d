/** What was looked at, how it is, what was found, and what to do about it, a sentence; null where nothing is to do. */
export type Finding = {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail";
  readonly found: string;
  readonly fix: string | null;
};

export const ok = (check: string, found: string): Finding => ({ check, state: "ok", found, fix: null });
export const warn = (check: string, found: string, fix: string): Finding => ({ check, state: "warn", found, fix });
export const fail = (check: string, found: string, fix: string): Finding => ({ check, state: "fail", found, fix });

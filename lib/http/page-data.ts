import type { FullSession, SessionPage } from "../dialects/llamacloud/schema.ts";

export type Viewer = { readonly kind: "none" | "guest" | "person"; readonly email: string | null };

/** What every page's frame shows. */
export type Shell = {
  readonly viewer: Viewer;
  readonly model: { readonly id: string; readonly isDemo: boolean };
  /** Whether a visitor may chat without signing in. */
  readonly guests: boolean;
  /** Whether a visitor may make an account. */
  readonly signUp: boolean;
  readonly sessions: SessionPage;
};

export async function loadShell(): Promise<Shell> {
  return {
    viewer: { kind: "none", email: null },
    model: { id: "demo", isDemo: true },
    guests: true,
    signUp: true,
    sessions: { items: [], next_page_token: null },
  };
}

/** The session as its retrieve endpoint gives it with `event_ids=1&details=1`, or null when the viewer has none such. */
export async function loadSession(_id: string): Promise<FullSession | null> {
  return null;
}

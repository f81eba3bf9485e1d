import type { Api } from "./api.ts";

/** A message of a line as the history tells it. */
export type Said = { readonly id: string; readonly text: string };

type Alternative = { readonly number: number; readonly branch_id: string; readonly message_id: string | null };
export type ToldFork = {
  readonly position: number;
  readonly message_id: string | null;
  readonly shown: number;
  readonly count: number;
  readonly alternatives: readonly Alternative[];
};
export type ToldBranches = { readonly active_branch_id: string; readonly forks: readonly ToldFork[] };

/** What somebody does with the lines of a session, through LlamaCloud's dialect and the web app's routes. */
export function linesOf(api: Api) {
  const path = (id: string) => `/api/app/sessions/${id}/branches`;
  const send = (id: string, prompt: string, where: object = {}) =>
    api.call("POST", `/api/v1/chat/${id}/messages/stream`, { body: { index_ids: [], prompt, ...where } });
  const session = async (id: string) => (await api.call("GET", `/api/v1/chat/${id}?event_ids=1&details=1`)).body;
  const line = async (id: string): Promise<Said[]> =>
    (await session(id)).events.flatMap((event: { type: string; content: string; message_id: string }) =>
      event.type === "user_input" || event.type === "text" ? [{ id: event.message_id, text: event.content }] : [],
    );
  return {
    make: async (): Promise<string> => (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id,
    send,
    session,
    line,
    texts: async (id: string): Promise<string[]> => (await line(id)).map(({ text }) => text),
    /** Asks in the place of a question of the line that is shown, by the question's text. */
    async instead(id: string, question: string, prompt: string) {
      const old = (await line(id)).find(({ text }) => text === question);
      return send(id, prompt, { instead_of_id: old?.id });
    },
    branches: async (id: string, query = ""): Promise<ToldBranches> =>
      (await api.call("GET", `${path(id)}${query}`)).body,
    show: (id: string, branchId: string, key?: string) =>
      api.call("POST", path(id), { body: { branch_id: branchId }, key }),
    /** Shows the alternative of a number at a position. */
    async showNumber(id: string, position: number, number: number) {
      const { body } = await api.call("GET", path(id));
      const fork = (body as ToldBranches).forks.find((one) => one.position === position);
      const branch = fork?.alternatives.find((one) => one.number === number)?.branch_id;
      return api.call("POST", path(id), { body: { branch_id: branch } });
    },
  };
}

/** The title that the scripted model makes of a question such as "Q1", where it is asked for one; else null. */
export function titleOf(request: unknown): string | null {
  const text = JSON.stringify(request);
  return text.includes("Write a title") ? `Title of ${/\bQ\d+/u.exec(text)?.[0]}` : null;
}

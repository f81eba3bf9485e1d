import NextAuth from "next-auth";
import { nextAuthOptions } from "../sign-in/next-auth.ts";
import type { Answer, Api } from "./api.ts";
import { cookieHeader, keepCookies } from "./cookie-jar.ts";
import { ORIGIN } from "./server.ts";

const LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

export type Browser = ReturnType<typeof openBrowser>;

/**
 * A browser at one of our pages: it keeps the cookies that it is given, and signs in as next-auth's pages do. `more`
 * are headers that it sends besides; `cookies` are those that it has to begin with.
 */
export function openBrowser(
  api: Api,
  more: Readonly<Record<string, string>> = {},
  cookies: ReadonlyMap<string, string> = new Map(),
) {
  const jar = new Map(cookies);
  const keep = (lines: readonly string[]) => keepCookies(jar, lines);
  const headers = () => ({
    "sec-fetch-site": "same-origin",
    "user-agent": LINUX,
    cookie: cookieHeader(jar),
    ...more,
  });
  const session = () => [...jar].find(([name]) => /^(?:__Host-)?session$/u.test(name))?.[1];
  const auth = async (method: string, action: string, body: Readonly<Record<string, string>> = {}) => {
    const answer = await nextAuth(api, { method, action, headers: headers(), jar, body });
    keep(answer.cookies);
    return answer;
  };
  const withToken = async (action: string, body: Readonly<Record<string, string>> = {}) => {
    const { csrfToken } = (await auth("GET", "csrf")).body;
    return auth("POST", action, { ...body, csrfToken });
  };
  return {
    jar,
    keep,
    /** What it sends with each request. */
    headers,
    async call(method: string, path: string, body?: object): Promise<Answer> {
      const answer = await api.call(method, path, { key: null, headers: headers(), body });
      keep(answer.headers.getSetCookie());
      return answer;
    },
    async isIn(): Promise<boolean> {
      return (await api.call("GET", "/api/v1/chat", { key: null, headers: headers() })).status === 200;
    },
    auth,
    /** Tries to sign in. Gives whether it did. */
    async signIn(email: string, password: string): Promise<boolean> {
      const before = session();
      await withToken("callback/credentials", { email, password });
      return session() !== undefined && session() !== before;
    },
    signOut: () => withToken("signout"),
  };
}

type Asked = {
  readonly method: string;
  readonly action: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly jar: ReadonlyMap<string, string>;
  readonly body: Readonly<Record<string, string>>;
};

/** What next-auth answers with our options, by the half of it that needs no Next. */
async function nextAuth(api: Api, { method, action, headers, jar, body }: Asked) {
  const request = new Request(`${ORIGIN}/api/auth/${action}`, { method, headers });
  const cookies: string[] = [];
  const told = new Map<string, string | readonly string[]>();
  const answer = { status: 200, location: null as string | null, body: null as unknown };
  const response = {
    status(code: number) {
      answer.status = code;
      return response;
    },
    getHeader: (name: string) => told.get(name.toLowerCase()),
    setHeader(name: string, value: string | readonly string[]) {
      told.set(name.toLowerCase(), value);
      return response;
    },
    send(sent: unknown) {
      answer.body = sent;
    },
    json(sent: unknown) {
      answer.body = sent;
    },
    end() {},
  };
  const asked = {
    method,
    query: { nextauth: action.split("/") },
    body,
    headers: { ...headers, host: new URL(ORIGIN).host },
    cookies: Object.fromEntries([...jar].map(([name, value]) => [name, decodeURIComponent(value)])),
  };
  const options = nextAuthOptions(api.server.parley, request, (cookie) => cookies.push(cookie));
  await NextAuth(asked as never, response as never, options); // what it uses of Next's own is here
  const set = told.get("set-cookie") ?? [];
  return {
    status: answer.status,
    location: String(told.get("location") ?? ""),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape and say what they expect of them.
    body: answer.body as any, // of next-auth's many shapes
    cookies: [...(typeof set === "string" ? [set] : set), ...cookies],
  };
}

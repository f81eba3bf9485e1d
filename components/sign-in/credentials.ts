import { isProblem, problem } from "../api";

/** What is wrong, and with which field; null: with none of them. */
export type Failure = { readonly field: "email" | "password" | null; readonly text: string };

/** Of a password, in characters. */
export const shortest = 10;

/** What is wrong with an address and a password before a server is asked; null where nothing is. */
export function checkCredentials(email: string, password: string, isNew: boolean): Failure | null {
  if (!/^\S+@\S+$/.test(email)) return { field: "email", text: "Write an e-mail address, such as you@example.org." };
  if (password === "") return { field: "password", text: "Write your password." };
  if (isNew && password.length < shortest) {
    return { field: "password", text: `This has ${password.length} characters; it takes at least ${shortest}.` };
  }
  return null;
}

/** Signs this browser in; throws a problem that says why not. */
export async function enter(email: string, password: string): Promise<void> {
  const { signIn } = await import("next-auth/react");
  const result = await signIn("credentials", { email, password, redirect: false });
  if (!result?.ok || result.error) {
    if (result && result.status >= 429)
      throw problem(result.status, "Too many attempts. Wait a minute, then try again.");
    throw problem(401, "E-mail and password do not match an account.", {
      password: "E-mail and password do not match an account.",
    });
  }
}

/** What to say of an attempt that failed, at the field that it is about, if it is about one. */
export function failureOf(thrown: unknown): Failure {
  if (!isProblem(thrown)) return { field: null, text: "The server could not be reached. Nothing was changed." };
  if (thrown.status === 409) return { field: "email", text: "There is an account with this e-mail. Sign in instead." };
  for (const field of ["email", "password"] as const) {
    const text = thrown.fields[field];
    if (text) return { field, text };
  }
  return { field: null, text: thrown.message };
}

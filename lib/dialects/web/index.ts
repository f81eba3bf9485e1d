import { z } from "zod";
import { llamacloudFailure } from "../llamacloud/errors.ts";

/** The web app's own routes: a cookie of our pages, or a key; no other origins. */
export const web = {
  name: "web",
  credentials: "key-or-guest",
  cors: false,
  bodyLimitBytes: 256 * 1024,
  failure: llamacloudFailure,
} as const;

const fault = (message: string) => ({ error: message, params: { type: "value_error" } });

/** An e-mail address and a password, for a new account or for signing in. */
export const AccountBody = z.object({
  email: z
    .string()
    .trim()
    .max(254)
    .regex(
      /^[^\s@,;<>"()[\]\\]+@[^\s@,;<>"()[\]\\]+\.[^\s@,;<>"()[\]\\]+$/u,
      fault("Enter one e-mail address, such as ada@example.org"),
    ),
  password: z.string().min(10, fault("Use at least 10 characters")).max(1000),
});

export const ChangesQuery = z.object({ since: z.iso.datetime(fault("Use a token that this route gave")).optional() });

import { createAccount, signUpClosed } from "@/lib/core/accounts";
import { AccountBody, web } from "@/lib/dialects/web";
import { ChatError } from "@/lib/domain/errors";
import { openEndpoint, routes } from "@/lib/http/endpoint";
import { isOpen } from "@/lib/server/hosts";
import { forgetCallers, isSameOrigin, isSecure, visitorOf } from "@/lib/sign-in/authenticate";
import { hashPassword } from "@/lib/sign-in/password";
import { sessionCookie } from "@/lib/sign-in/session-cookie";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  // Makes an account, or turns the guest that asks into one: its sessions stay.
  POST: openEndpoint({
    surface: web,
    body: AccountBody,
    admit({ parley, request }) {
      if (!isOpen("signUp", parley.settings, request.headers)) throw signUpClosed();
      if (!isSameOrigin(request, parley)) throw new ChatError("forbidden", "Accounts are made on the sign-in page");
    },
    async handle({ parley, body, request }) {
      const guestId = await visitorOf(parley, request.headers.get("cookie"));
      const account = await createAccount(parley.ports, {
        email: body.email,
        guestId,
        hashPassword: () => hashPassword(body.password),
      });
      forgetCallers(parley);
      const claims = { sub: account.id, tokenVersion: account.tokenVersion };
      const setCookie = await sessionCookie(claims, parley.secret, isSecure(parley));
      return Response.json({ email: body.email }, { headers: { "set-cookie": setCookie } });
    },
  }),
});

import { createAccount, signUpClosed } from "@/lib/core/accounts";
import { deleteAccount } from "@/lib/core/leave-account";
import { AccountBody, DeleteAccountBody, web } from "@/lib/dialects/web";
import { ChatError } from "@/lib/domain/errors";
import { endpoint, openEndpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { isOpen } from "@/lib/server/hosts";
import { forgetCallers, isSameOrigin, visitorOf } from "@/lib/sign-in/authenticate";
import { checkedHash } from "@/lib/sign-in/new-password";
import { enteringCookies, withCookies } from "@/lib/sign-in/signed-in";
import { callerOfRequest, tryPassword } from "@/lib/sign-in/tries";

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
      const caller = callerOfRequest(parley, request);
      // Before anybody is told that an address is taken.
      if (caller !== null) await parley.limits.countSignUp(caller);
      const visitor = await visitorOf(parley, request.headers.get("cookie"));
      const hash = checkedHash(parley, request, body.email);
      const { id, email, tokenVersion } = await createAccount(parley.ports, {
        email: body.email,
        guestId: visitor?.accountId ?? null,
        hashPassword: () => hash(body.password),
      });
      const cookies = await enteringCookies(parley, request, { accountId: id, tokenVersion });
      return withCookies(json({ email }), cookies);
    },
  }),
  // Deletes the account with all it has.
  DELETE: endpoint({
    surface: web,
    credentials: "cookie",
    body: DeleteAccountBody,
    absentBody: {},
    async handle({ scope, parley, body, request }) {
      await deleteAccount(scope, body.password ?? null, (stored, password) =>
        tryPassword(parley, request, scope.accountId, { stored, password }),
      );
      forgetCallers(parley);
      return new Response(null, { status: 204 });
    },
  }),
});

import { changePassword, findAccount } from "@/lib/core/accounts";
import { PasswordBody, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { checkedHash } from "@/lib/sign-in/new-password";
import { stillSignedIn } from "@/lib/sign-in/signed-in";
import { tryPassword } from "@/lib/sign-in/tries";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    credentials: "cookie",
    body: PasswordBody,
    async handle({ scope, parley, body, request }) {
      const { current_password: current = null, email = null, password } = body;
      const account = await findAccount(scope, scope.accountId);
      const passwords = {
        hash: checkedHash(parley, request, email ?? account?.email ?? null),
        fits: (stored: string | null, tried: string) =>
          tryPassword(parley, request, scope.accountId, { stored, password: tried }),
      };
      const tokenVersion = await changePassword(scope, { current, email, password }, passwords);
      return stillSignedIn(parley, request, scope, tokenVersion);
    },
  }),
});

import { changePassword } from "@/lib/core/accounts";
import { PasswordBody, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { fitsPassword, hashPassword } from "@/lib/sign-in/password";
import { signedIn } from "@/lib/sign-in/signed-in";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    credentials: "key-or-cookie",
    body: PasswordBody,
    async handle({ scope, parley, body }) {
      const { current_password: current = null, email = null, password } = body;
      const passwords = {
        hash: hashPassword,
        fits: async (stored: string | null, tried: string) => {
          await parley.limits.countAttempt(scope.accountId);
          return fitsPassword(stored, tried);
        },
      };
      return signedIn(parley, scope, await changePassword(scope, { current, email, password }, passwords));
    },
  }),
});

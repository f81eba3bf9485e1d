import { createServer, type RequestListener } from "node:http";
import Provider from "oidc-provider";
import { freePort } from "../lib/testing/free-port.ts";

/**
 * A real OpenID Connect provider: whoever signs in there with any password is that person. `before` hears of each
 * request, and keeps it to itself where it gives true.
 */
export async function startProvider(
  redirectUri: string,
  {
    clientSecret = "a secret of the client",
    before = () => false,
  }: {
    readonly clientSecret?: string;
    readonly before?: (...exchange: Parameters<RequestListener>) => boolean;
  } = {},
) {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const client = { clientId: "parley", clientSecret };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // In the token too, where clients look for them first.
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of the provider"] },
    async findAccount(_, id) {
      return { accountId: id, claims: async () => ({ sub: id, email: `${id}@login.test`, name: id }) };
    },
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!before(request, response)) void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    issuer,
    ...client,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

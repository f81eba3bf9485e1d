import { web } from "@/lib/dialects/web";
import { health } from "@/lib/server/health";
import { authenticate, checkGrant } from "@/lib/sign-in/authenticate";

export const dynamic = "force-dynamic";

/** For probes, which may call the server by any name: whether it is up. Its owner is told more. */
export const GET = (request: Request): Promise<Response> =>
  health(async (running) => {
    const { accountId, grant } = await authenticate(request, running, "key-or-cookie");
    checkGrant(grant, web, request.method, true);
    return accountId === running.ownerId;
  });

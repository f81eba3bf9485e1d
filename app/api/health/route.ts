import { web } from "@/lib/dialects/web";
import { sseResponse } from "@/lib/http/sse";
import { health } from "@/lib/server/health";
import { pacedFrames } from "@/lib/server/paced-frames";
import { type Parley, parley } from "@/lib/server/parley";
import { authenticate, checkGrant } from "@/lib/sign-in/authenticate";

export const dynamic = "force-dynamic";

/**
 * For probes, which may call the server by any name: whether it is up. Its owner is told more, and with `?stream` gets a
 * short event stream, which shows whether something in front holds back what is streamed.
 */
export async function GET(request: Request): Promise<Response> {
  const isOwner = async (running: Parley): Promise<boolean> => {
    const { accountId, grant } = await authenticate(request, running, "key-or-cookie");
    checkGrant(grant, web, request.method, true);
    return accountId === running.ownerId;
  };
  const isForStream = new URL(request.url).searchParams.has("stream");
  const mayStream =
    isForStream &&
    (await parley()
      .then(isOwner, () => false)
      .catch(() => false));
  return mayStream ? sseResponse(pacedFrames()) : health(isOwner);
}

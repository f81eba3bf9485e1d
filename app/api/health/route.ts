import { health } from "@/lib/server/health";
import { type Parley, parley } from "@/lib/server/parley";

export const dynamic = "force-dynamic";

/** What says who asks. Probes send none of it, and nothing that finds out who asks is loaded for them. */
const CREDENTIALS = ["authorization", "x-auth-key", "x-api-key", "cookie"];

/**
 * For probes, which may call the server by any name: whether it is up. Its owner is told more, and with `?stream` gets
 * a short event stream, which shows whether something in front holds back what is streamed.
 */
export async function GET(request: Request): Promise<Response> {
  const isOwner = async (running: Parley): Promise<boolean> => {
    if (!CREDENTIALS.some((name) => request.headers.has(name))) return false;
    const [{ authenticate, checkGrant }, { web }] = await Promise.all([
      import("@/lib/sign-in/authenticate"),
      import("@/lib/dialects/web"),
    ]);
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
  if (!mayStream) return health(isOwner);
  const [{ sseResponse }, { pacedFrames }] = await Promise.all([
    import("@/lib/http/sse"),
    import("@/lib/server/paced-frames"),
  ]);
  return sseResponse(pacedFrames());
}

import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { answersTo, WRONG_HOST } from "@/lib/server/hosts";
import { parley } from "@/lib/server/parley";
import { nextAuthOptions } from "@/lib/sign-in/next-auth";

async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const running = await parley();
  if (!answersTo(request.headers, running.settings)) return Response.json({ detail: WRONG_HOST }, { status: 421 });
  const options = nextAuthOptions(running, request.headers);
  return NextAuth(request as never, context as never, options); // its types know pages only
}

export { handle as GET, handle as POST };

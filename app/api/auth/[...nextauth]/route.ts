import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { parley } from "@/lib/server/parley";
import { nextAuthOptions } from "@/lib/sign-in/next-auth";

async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const options = nextAuthOptions(await parley(), request.headers.get("cookie"));
  return NextAuth(request as never, context as never, options); // its types know pages only
}

export { handle as GET, handle as POST };

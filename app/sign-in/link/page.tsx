import type { Metadata } from "next";
import { OwnerLink } from "../../../components/sign-in/owner-link";

// The address holds the token: no page that is gone to from here is to hear of it.
export const metadata: Metadata = { title: "Sign in", referrer: "no-referrer", robots: { index: false } };

type Query = Promise<{ readonly token?: string | readonly string[] }>;

/**
 * The link that the server prints at its start. Looking at it changes nothing, so that a preview does not use it up.
 */
export default async function Page({ searchParams }: { searchParams: Query }) {
  const { token } = await searchParams;
  return <OwnerLink token={typeof token === "string" ? token : ""} />;
}

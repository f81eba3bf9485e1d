"use client";

import { BrokenPage } from "../components/ui/broken-page";

type Props = { readonly error: unknown; readonly retry: () => void };

/** A page that broke, in a frame that stands. */
export default function ErrorPage({ error, retry }: Props) {
  return <BrokenPage error={error} onAgain={retry} />;
}

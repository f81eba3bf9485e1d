import { cache } from "react";
import { loadAccount, loadSession, loadShell } from "@/lib/http/page-data.ts";

/** Read once for the layout and the page of one request. */
export const shellOfRequest = cache(loadShell);
export const accountOfRequest = cache(loadAccount);
export const sessionOfRequest = cache(loadSession);

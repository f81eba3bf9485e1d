import { cache } from "react";
import { loadSession, loadShell } from "@/lib/http/page-data.ts";

/** Read once for the layout and the page of one request. */
export const shellOfRequest = cache(loadShell);
export const sessionOfRequest = cache(loadSession);

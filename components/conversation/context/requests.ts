import type { TurnContext } from "@/lib/dialects/web/index.ts";
import { read } from "../../api";

const contextOf = (session: string, run: string, query: Readonly<Record<string, string>>, signal?: AbortSignal) =>
  read<TurnContext>(`/api/app/sessions/${session}/turns/${run}/context?${new URLSearchParams(query)}`, { signal });

const rawFlag = (isRaw: boolean) => ({ raw: isRaw ? "1" : "0" });

/** What the model saw in a turn, with its items from `first` on. */
export const readContext = (
  session: string,
  run: string,
  { isRaw, first }: { readonly isRaw: boolean; readonly first: number },
  signal?: AbortSignal,
) => contextOf(session, run, { ...rawFlag(isRaw), first: String(first) }, signal);

/** One item of it, with its text from the character `at` on. */
export const readContextText = (
  session: string,
  run: string,
  { isRaw, item, at }: { readonly isRaw: boolean; readonly item: number; readonly at: number },
) => contextOf(session, run, { ...rawFlag(isRaw), item: String(item), at: String(at) });

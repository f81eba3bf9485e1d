"use client";

import { useLayoutEffect } from "react";
import { type ConversationOptions, type Talk, useConversation } from "./use-conversation";

/** Draws nothing: it holds the chat and tells the page of each change. */
export default function LiveTalk({ onTalk, ...options }: ConversationOptions & { onTalk: (talk: Talk) => void }) {
  const talk = useConversation(options);
  useLayoutEffect(() => onTalk(talk), [talk, onTalk]);
  return null;
}

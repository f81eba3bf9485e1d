"use client";

import { keep, readKept, useKept } from "./kept";

// Keys that are a letter or a sign without ⌘ or Ctrl: who speaks to the machine, or hits keys unawares, turns them off.

const OFF = "off";

/** Whether letters and signs alone do something outside of fields. */
export const lettersAct = (): boolean => readKept("letters") !== OFF;

export const setLetters = (act: boolean): void => keep("letters", act ? null : OFF);

/** As `lettersAct`. `first`: what the server has read. */
export const useLetters = (first: string | null = null): boolean => useKept("letters", first) !== OFF;

/** Whether keys, as they are shown, are letters or signs alone. */
export const isLetters = (keys: string): boolean => /^(?:⇧ )?[A-Z?.[\]](?: {2}[A-Z[\]])?$/u.test(keys);

/** Whether a press is one of a letter or a sign that is to do nothing. */
export const isLetterOff = ({ key }: { readonly key: string }): boolean => [...key].length === 1 && !lettersAct();

"use client";

import { setTheme, useTheme } from "../frame/theme";
import { THEMES, type Theme } from "../frame/theme-names";
import { setLetters, useLetters } from "../ui/letters";

const WORDS: Readonly<Record<Theme, string>> = { system: "System", light: "Light", dark: "Dark" };

/** What the server has read of what is kept on this device. */
export type KeptHere = { readonly theme: string | null; readonly letters: string | null };

export function ThemeChoice({ first }: { readonly first: string | null }) {
  const chosen = useTheme(first);
  return (
    <fieldset className="theme-choice">
      <legend className="sr-only">Theme</legend>
      {THEMES.map((theme) => (
        <label key={theme}>
          <input type="radio" name="theme" value={theme} checked={theme === chosen} onChange={() => setTheme(theme)} />
          {WORDS[theme]}
        </label>
      ))}
    </fieldset>
  );
}

export function LettersChoice({ first }: { readonly first: string | null }) {
  const act = useLetters(first);
  return (
    <label className="letters-choice">
      <input type="checkbox" checked={act} onChange={(event) => setLetters(event.currentTarget.checked)} />
      <span>
        Letters and signs alone are keys
        <span className="field-note">
          Turn this off if you speak to your machine, or hit keys unawares. Keys with {"Ctrl or ⌘"} stay.
        </span>
      </span>
    </label>
  );
}

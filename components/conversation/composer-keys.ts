type Press = {
  readonly key: string;
  readonly keyCode: number;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  readonly isTouch: boolean;
};

/** Whether a key press sends: Enter alone, never one that ends a composition, and never on a touch keyboard. */
export function sends({ key, keyCode, shiftKey, isComposing, isTouch }: Press): boolean {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229 && !isTouch;
}

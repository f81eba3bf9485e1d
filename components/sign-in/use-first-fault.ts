import { type RefObject, useEffect } from "react";

/** Puts the caret into the first field of a form that is at fault, whenever what is at fault changes. */
export function useFirstFault(form: RefObject<HTMLFormElement | null>, faults: object): void {
  useEffect(() => {
    if (Object.keys(faults).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, faults]);
}

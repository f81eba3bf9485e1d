"use client";

import { useRouter } from "next/navigation";
import { type ComponentProps, createContext, type MouseEvent, use, useTransition } from "react";

type PageLinkProps = ComponentProps<"a"> & { readonly href: string };

const ComingContext = createContext(false);

/** Whether the page that the link around leads to is on its way. */
export const useIsComing = (): boolean => use(ComingContext);

/** A link to a page of the app, which comes without a new document. It fetches nothing before it is pressed. */
export function PageLink({ href, onClick, children, ...rest }: PageLinkProps) {
  const router = useRouter();
  const [isComing, come] = useTransition();
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || !isPlain(event)) return;
        event.preventDefault();
        come(() => router.push(href));
      }}
    >
      <ComingContext value={isComing}>{children}</ComingContext>
    </a>
  );
}

/** Whether a press is one that opens the page here: others are for a new tab or a window, or save the page. */
const isPlain = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;

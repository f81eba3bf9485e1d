import { Copy } from "lucide-react";
import { copyText } from "../copy";

/** The button in the head of a block that copies its source. */
export function CopyCode({ code }: { readonly code: string }) {
  return (
    <button type="button" className="code-action" onClick={() => copyText(code)}>
      <Copy size={16} strokeWidth={1.6} aria-hidden="true" />
      Copy
    </button>
  );
}

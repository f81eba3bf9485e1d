import { Copy } from "lucide";
import { Icon } from "../../ui/icon";
import { copyText } from "../copy";

/** The button in the head of a block that copies its source. */
export function CopyCode({ code }: { readonly code: string }) {
  return (
    <button type="button" className="code-action" onClick={() => copyText(code)}>
      <Icon of={Copy} size={16} />
      Copy
    </button>
  );
}

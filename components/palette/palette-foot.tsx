import { useKeys } from "../ui/keys";

/** What keys do here, for who has some. */
export function PaletteFoot() {
  const spelt = useKeys();
  return (
    <p className="palette-foot" aria-hidden="true">
      <span>↑ ↓ move</span>
      <span>↵ open</span>
      <span>{spelt("⌘ ↵")} open in a new tab</span>
      <span>Esc close</span>
    </p>
  );
}

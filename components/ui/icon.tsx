import type { Archive } from "lucide";
import type { ComponentProps } from "react";

/** What an icon is drawn of: the data of lucide, one name of its package each. */
export type IconShape = typeof Archive;

type IconProps = ComponentProps<"svg"> & { readonly of: IconShape; readonly size: number };

/** An icon, for the eye alone: what it means is said in words beside it. `size` in pixels. */
export function Icon({ of, size, strokeWidth = 1.6, ...rest }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      {of.map(([Shape, attributes], place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the shapes of an icon are always the same.
        <Shape key={place} {...attributes} />
      ))}
    </svg>
  );
}

import type { ComponentProps } from "react";
import { Icon, type IconShape } from "./icon";

type IconButtonProps = ComponentProps<"button"> & { readonly icon: IconShape; readonly label: string };

export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={className ? `icon-button ${className}` : "icon-button"}
      {...rest}
    >
      <Icon of={icon} size={17} />
    </button>
  );
}

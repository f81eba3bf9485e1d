import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

type IconButtonProps = ComponentProps<"button"> & { readonly icon: LucideIcon; readonly label: string };

export function IconButton({ icon: Icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={className ? `icon-button ${className}` : "icon-button"}
      {...rest}
    >
      <Icon size={17} strokeWidth={1.6} aria-hidden="true" />
    </button>
  );
}

"use client";

import { Toaster as Sonner, toast } from "sonner";
import type { Notice } from "./notice";

/** The composer's last line holds Send and Stop, which nothing may cover. In pixels. */
const ABOVE_BAR = { bottom: 76, right: 20 };
const ABOVE_BAR_ON_PHONE = { bottom: 76, left: 12, right: 12 };

export default function Toaster() {
  return (
    <Sonner position="bottom-right" gap={8} offset={ABOVE_BAR} mobileOffset={ABOVE_BAR_ON_PHONE} visibleToasts={4} />
  );
}

export function show({ text, action, durationMs = 6000, onClose }: Notice): void {
  toast.custom(
    (id) => (
      <div className="toast">
        <span className="toast-text" dir="auto">
          {text}
        </span>
        {action && (
          <button
            type="button"
            className="toast-action"
            onClick={() => {
              action.run();
              toast.dismiss(id);
            }}
          >
            {action.label}
          </button>
        )}
      </div>
    ),
    { duration: durationMs, onAutoClose: onClose, onDismiss: onClose },
  );
}

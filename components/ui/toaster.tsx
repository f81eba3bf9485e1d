"use client";

import { Toaster as Sonner, toast } from "sonner";
import type { Notice } from "./notice";

export default function Toaster() {
  return <Sonner position="bottom-right" gap={8} offset={20} mobileOffset={12} visibleToasts={4} />;
}

export function show({ text, action, durationMs = 6000 }: Notice): void {
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
    { duration: durationMs },
  );
}

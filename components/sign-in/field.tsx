import type { ComponentProps, ReactNode } from "react";

type Labelled = {
  readonly name: string;
  readonly label: string;
  readonly note?: string;
  readonly error: string | null;
};

/** A labelled input with a note or what is wrong with it. `id` where a page has two of one name. */
export function Field({ name, id = name, label, note, error, ...rest }: ComponentProps<"input"> & Labelled) {
  const field = { id, label, note, error };
  return (
    <Frame {...field}>
      <input name={name} required spellCheck={false} autoCapitalize="none" {...told(field)} {...rest} />
    </Frame>
  );
}

/** The same for several lines. */
export function TextField({ name, id = name, label, note, error, ...rest }: ComponentProps<"textarea"> & Labelled) {
  const field = { id, label, note, error };
  return (
    <Frame {...field}>
      <textarea name={name} {...told(field)} {...rest} />
    </Frame>
  );
}

type FrameProps = Omit<Labelled, "name"> & { readonly id: string };

/** What ties a control to its label, and to its note or what is wrong with it. */
const told = ({ id, note, error }: FrameProps) => ({
  id,
  "aria-invalid": error !== null,
  "aria-describedby": error ? `${id}-error` : note ? `${id}-note` : undefined,
});

function Frame({ id, label, note, error, children }: FrameProps & { readonly children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {error ? (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      ) : (
        note && (
          <p id={`${id}-note`} className="field-note">
            {note}
          </p>
        )
      )}
    </div>
  );
}

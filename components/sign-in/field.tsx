import type { ComponentProps } from "react";

type FieldProps = ComponentProps<"input"> & {
  readonly name: string;
  readonly label: string;
  readonly note?: string;
  readonly error: string | null;
};

/** A labelled input with a note or what is wrong with it. `id` where a page has two of one name. */
export function Field({ name, id = name, label, note, error, ...rest }: FieldProps) {
  const told = error ? `${id}-error` : note ? `${id}-note` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        required
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={error !== null}
        aria-describedby={told}
        {...rest}
      />
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

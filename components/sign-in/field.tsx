import type { ComponentProps } from "react";

type FieldProps = ComponentProps<"input"> & {
  readonly name: string;
  readonly label: string;
  readonly note?: string;
  readonly error: string | null;
};

export function Field({ name, label, note, error, ...rest }: FieldProps) {
  const told = error ? `${name}-error` : note ? `${name}-note` : undefined;
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        required
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={error !== null}
        aria-describedby={told}
        {...rest}
      />
      {error ? (
        <p id={`${name}-error`} className="field-error" role="alert">
          {error}
        </p>
      ) : (
        note && (
          <p id={`${name}-note`} className="field-note">
            {note}
          </p>
        )
      )}
    </div>
  );
}

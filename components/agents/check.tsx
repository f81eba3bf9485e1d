type CheckProps = {
  readonly name: string;
  readonly label: string;
  readonly note: string;
  readonly checked?: boolean;
  readonly error?: string;
};

/** A labelled checkbox with a note or what is wrong with it. */
export function Check({ name, label, note, checked, error }: CheckProps) {
  return (
    <div className="agent-check">
      <input
        type="checkbox"
        id={name}
        name={name}
        defaultChecked={checked}
        aria-invalid={error !== undefined}
        aria-describedby={`${name}-note`}
      />
      <label htmlFor={name}>{label}</label>
      <p id={`${name}-note`} className={error ? "field-error" : "field-note"}>
        {error ?? note}
      </p>
    </div>
  );
}

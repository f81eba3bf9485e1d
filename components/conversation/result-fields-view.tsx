import type { ResultField } from "./result-fields";

type ResultFieldsProps = {
  /** What the ids of the fields begin with. */
  readonly id: string;
  readonly fields: readonly ResultField[];
  /** What the fields begin with, in their order. */
  readonly texts: readonly string[];
  readonly faults: ReadonlyMap<number, string>;
};

/** What a field is called in its form: by its order, since a name of a schema may be any. */
export const nameOfField = (n: number): string => `field-${n}`;

/** Asks for the values of a function's result. */
export function ResultFields({ id, fields, texts, faults }: ResultFieldsProps) {
  return (
    <fieldset className="call-fields" aria-labelledby={`${id}-label`}>
      {fields.map((field, n) => {
        const { name, label, note, isRequired, kind } = field;
        const fault = faults.get(n) ?? null;
        const own = `${id}-${n}`;
        const told = fault ?? [note, isRequired || kind === "check" ? "" : "May be left empty."].join(" ").trim();
        const attributes = {
          id: own,
          name: nameOfField(n),
          "aria-invalid": fault !== null,
          "aria-describedby": told === "" ? undefined : `${own}-note`,
          "aria-required": kind === "check" ? undefined : isRequired,
        };
        return (
          <div key={name ?? ""} className="call-field" data-kind={kind}>
            <label htmlFor={own}>
              <bdi>{label}</bdi>
            </label>
            <Control field={field} text={texts[n] ?? ""} attributes={attributes} />
            {told !== "" && (
              <p id={`${own}-note`} className={fault ? "field-error" : "field-note"} role={fault ? "alert" : undefined}>
                {told}
              </p>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

type ControlProps = {
  readonly field: ResultField;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string | boolean | undefined>> & { readonly name: string };
};

function Control({ field: { kind, choices }, text, attributes }: ControlProps) {
  switch (kind) {
    case "check":
      return <input type="checkbox" {...attributes} defaultChecked={text !== ""} />;
    case "choice":
      return (
        <select {...attributes} defaultValue={text}>
          <option value="">Choose</option>
          {choices.map((choice, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the choices of a schema never change their order.
            <option key={n} value={n}>
              {String(choice)}
            </option>
          ))}
        </select>
      );
    case "number":
    case "whole":
      // Not of the type number, which gives nothing of what is no number, so that nobody could say what is wrong.
      return (
        <input
          inputMode={kind === "whole" ? "numeric" : "decimal"}
          autoComplete="off"
          {...attributes}
          defaultValue={text}
        />
      );
    case "text":
    case "json":
      return (
        <textarea
          rows={1}
          dir="auto"
          autoComplete="off"
          spellCheck={kind === "text"}
          {...attributes}
          defaultValue={text}
        />
      );
    default:
      return kind satisfies never;
  }
}

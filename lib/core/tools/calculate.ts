const OPERATORS = {
  assignment: false,
  fndef: false,
  in: false,
  conditional: false,
  logical: false,
  comparison: false,
  concatenate: false,
};

/** The value of an arithmetic expression. Throws a sentence when it is none or has no finite value. */
export async function calculate(expression: string): Promise<number> {
  const { Parser } = await import("expr-eval-fork");
  const parser = new Parser({ operators: OPERATORS });
  const value: unknown = parser.evaluate(expression.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-"));
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`"${expression}" has no finite value`);
  // 0.1 + 0.2 is 0.3 to whoever asks a calculator.
  return Number(value.toPrecision(15));
}

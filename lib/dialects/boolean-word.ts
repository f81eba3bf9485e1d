const TRUE_WORDS = ["1", "on", "t", "true", "y", "yes"];
const FALSE_WORDS = ["0", "off", "f", "false", "n", "no"];

/** The boolean that a word or a number stands for where pydantic is lenient ("Conversion Table"); undefined: none. */
export function booleanWord(value: string | number): boolean | undefined {
  const word = String(value).toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}

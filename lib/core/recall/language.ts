// Words that stand in nearly each question of a language, and are rare in the others.
const COMMON: Readonly<Record<string, string>> = {
  da: "og ikke hvordan hvad hvor hvorfor jeg er det på til af",
  de: "und nicht wie wird werden ist die der das ein eine kann ich für mit auf warum wo wann welche",
  en: "the and how what is are to of in does do can why where when which with for",
  es: "el los las como qué cómo cuál dónde por para una es y en del puedo",
  fi: "ja ei miten mikä missä miksi on se että kuin voi",
  fr: "le les des une est comment que quel quelle où pourquoi pour dans et du puis je",
  it: "il gli che come dove perché una è della per sono di non con",
  nl: "het een niet hoe wat waar waarom wanneer ik van voor zijn met wordt",
  pt: "o os uma como que onde por para não é em do da posso qual",
  ro: "și nu cum ce unde este pentru care în cu sunt",
  sv: "och inte hur vad var varför jag är det på att som för",
  tr: "ve nasıl ne nerede neden bir bu için mi değil",
};
const LANGUAGES = Object.entries(COMMON).map(([tag, words]) => ({ tag, words: new Set(words.split(" ")) }));

// Scripts in which one language of PostgreSQL's text search is written, or by far the most.
const SCRIPTS = [
  ["ru", /\p{Script=Cyrillic}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["ar", /\p{Script=Arabic}/gu],
  ["ta", /\p{Script=Tamil}/gu],
] as const;

/**
 * The language that a text is surely written in, as a tag; null: it is too short, or could be in several. It is told by
 * its script, and by two or more common words of one language where no other has as many.
 */
export function languageOf(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  for (const [tag, script] of SCRIPTS) if ((text.match(script)?.length ?? 0) > letters / 2) return tag;
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = LANGUAGES.map(({ tag, words: own }) => ({ tag, count: words.filter((word) => own.has(word)).length }));
  const [first, second] = counts.sort((a, b) => b.count - a.count);
  return first && first.count >= 2 && first.count > (second?.count ?? 0) ? first.tag : null;
}

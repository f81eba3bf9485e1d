// PostgreSQL's own text search configurations (documentation, "Text Search Configurations", \dF of version 18).
const CONFIGURATIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ar: "arabic",
    da: "danish",
    de: "german",
    el: "greek",
    en: "english",
    es: "spanish",
    fi: "finnish",
    fr: "french",
    hu: "hungarian",
    id: "indonesian",
    it: "italian",
    lt: "lithuanian",
    nb: "norwegian",
    ne: "nepali",
    nl: "dutch",
    no: "norwegian",
    pt: "portuguese",
    ro: "romanian",
    ru: "russian",
    sv: "swedish",
    ta: "tamil",
    tr: "turkish",
  }),
);

/** PostgreSQL's text search configuration for a language tag; "simple", which stems nothing, where it has none. */
export const searchConfiguration = (tag: string): string =>
  CONFIGURATIONS.get(tag.split("-")[0]?.toLowerCase() ?? "") ?? "simple";

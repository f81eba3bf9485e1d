// Which pieces a search by words reads: those with its rare words, and of common ones those that have several. How
// common a word is, a sample of the pieces says.

/** How common words are: of a sample of all pieces. */
export type WordShares = {
  /** How many pieces there are in all, about. */
  readonly pieces: number;
  /** A word that is not in the sample may be in so many of all pieces, as a share of them. */
  readonly least: number;
  /** Which share of the pieces has a word, of the words that several have, in the order of the words. */
  readonly words: readonly { readonly word: string; readonly share: number }[];
};

/** A condition in the language of PostgreSQL's text search, and how many pieces may meet it. */
export type Term = {
  readonly query: string;
  /** Of all pieces; 0: so few that the sample has none. */
  readonly share: number;
  /** The same in the words that are common, of which each is found at once; what is not common is passed over. */
  readonly narrow: string;
};

/** What is gathered: by conditions, the most telling first. `hasRare`: the first is a rare term alone. */
export type Gathering = { readonly conditions: readonly string[]; readonly hasRare: boolean };

/**
 * So many pieces are gathered at the most, and so many by one condition: a word may be less rare than the sample says.
 */
export const MOST_GATHERED = 800;
export const MOST_OF_EACH = 600;
/** Of a term that more pieces have in all, the common forms stand for all that begin so. */
const MANY = 2000;
const MOST_FORMS = 8;
/** So many common terms are looked for together. */
const DEEPEST = 4;
/** With less room left, common terms are not looked for beside rare ones. */
const WORTH_MORE = 200;
/** Owners of more of all pieces: to look for them in the index costs more than to pass over others' pieces. */
const MOST_OF_ALL = 0.5;

/** Terms with what a sample says of them. */
export const termsIn = (queries: readonly string[], shares: WordShares): Term[] =>
  queries.map((query) => {
    const lexemes = Array.from(query.matchAll(/'((?:[^']|'')+)'(:\*)?/gu), ([, lexeme = "", beginning]) => ({
      lexeme: lexeme.replaceAll("''", "'").replaceAll("\\\\", "\\"),
      isBeginning: beginning !== undefined,
    }));
    const forms = lexemes.map(({ lexeme, isBeginning }) => formsOf(lexeme, isBeginning, shares));
    const each = forms.map((known) => known.reduce((sum, { share }) => sum + share, 0));
    // Of alternatives there is any, of what stands together the rarest says how often.
    const isAny = query.includes("|");
    const share = Math.min(1, isAny ? each.reduce((sum, one) => sum + one, 0) : Math.min(...each));
    const common = forms.flat().toSorted((a, b) => b.share - a.share);
    const isNarrowed = share * shares.pieces > MANY && (isAny || lexemes.length === 1);
    const narrow = isNarrowed ? anyOf(common.slice(0, MOST_FORMS).map(({ word }) => quoted(word))) : query;
    return { query, share, narrow };
  });

function formsOf(lexeme: string, isBeginning: boolean, { words }: WordShares) {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle]?.word ?? "") < lexeme) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < words.length && isForm(words[end]?.word ?? "", lexeme, isBeginning)) end++;
  return words.slice(low, end);
}

const isForm = (word: string, lexeme: string, isBeginning: boolean): boolean =>
  isBeginning ? word.startsWith(lexeme) : word === lexeme;

/**
 * What to gather for terms in the pieces of some owners: those that have all terms, those with a rare term, and, where
 * there is room left, those that have several of the common ones.
 */
export function gathering(terms: readonly Term[], owners: readonly string[], shares: WordShares): Gathering {
  const markers = owners.map((id) => `@${id}`);
  const owned = markers.reduce((sum, marker) => sum + (formsOf(marker, false, shares)[0]?.share ?? shares.least), 0);
  const within = Math.min(1, owned);
  const countOf = ({ share }: Term) => Math.max(share, shares.least) * within * shares.pieces;
  const sorted = terms.toSorted((a, b) => a.share - b.share);
  const after = sorted.map((_, n) =>
    sorted.slice(0, n + 1).reduce((room, term) => room - countOf(term), MOST_GATHERED),
  );
  const rare = sorted.filter((_, n) => (after[n] ?? 0) >= 0);
  const room = after[rare.length - 1] ?? MOST_GATHERED;
  const common = rare.length === 0 || room >= WORTH_MORE ? sorted.slice(rare.length, rare.length + DEEPEST) : [];
  const marked = within > MOST_OF_ALL ? [] : [anyOf(markers.map(quoted))];
  const conditions = [
    ...rare.map((term) => term.narrow),
    ...steps(common, within * shares.pieces, rare.length === 0 ? MOST_GATHERED : room),
  ].map((one) => allOf([...marked, one]));
  return { conditions, hasRare: rare.length > 0 };
}

/**
 * Common terms together, then fewer of them, down to the rarest alone. All that meet a step meet the next one, so it
 * begins with as few terms as leave room, and one step above, as words that go together are found together oftener than
 * that.
 */
function steps(terms: readonly Term[], pieces: number, room: number): string[] {
  const counts = terms.map((_, n) => terms.slice(0, n + 1).reduce((count, { share }) => count * share, pieces));
  const fits = counts.findIndex((count) => count <= room);
  const first = Math.min(terms.length, (fits === -1 ? terms.length : fits + 1) + 1);
  return Array.from({ length: first }, (_, n) => allOf(terms.slice(0, first - n).map((term) => term.narrow)));
}

/** The condition that a piece is of one of some owners and has a word. */
export const ownedBy = (owners: readonly string[], word: string): string =>
  allOf([anyOf(owners.map((id) => quoted(`@${id}`))), quoted(word)]);

const quoted = (lexeme: string): string => `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const allOf = (conditions: readonly string[]): string => conditions.map((one) => `(${one})`).join(" & ");
const anyOf = (conditions: readonly string[]): string => conditions.map((one) => `(${one})`).join(" | ");

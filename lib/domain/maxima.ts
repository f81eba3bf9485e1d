/** What an account has many of, each of which stays until somebody deletes it. */
export type Countable = "agents" | "users" | "sessions" | "docs" | "files" | "indexes" | "projects" | "keys";

/** So many of each that an account may have. */
export type Maxima = Readonly<Record<Countable, number>>;

/** Of guests, whom anybody makes by the thousand, and of people. */
export type MaximaByKind = { readonly guest: Maxima; readonly person: Maxima };

/** What holds where no setting says otherwise. */
export const MAXIMA: MaximaByKind = {
  guest: { agents: 50, users: 100, sessions: 5000, docs: 1000, files: 1000, indexes: 50, projects: 50, keys: 0 },
  person: {
    agents: 1000,
    users: 100_000,
    sessions: 100_000,
    docs: 100_000,
    files: 100_000,
    indexes: 1000,
    projects: 1000,
    keys: 100,
  },
};

/** Maxima of people as settings have them; guests keep theirs where these are not lower. */
export const maximaOf = (people: Partial<Maxima>): MaximaByKind => {
  const person = { ...MAXIMA.person, ...people };
  const least = (kind: Countable) => Math.min(MAXIMA.guest[kind], person[kind]);
  return {
    person,
    guest: {
      agents: least("agents"),
      users: least("users"),
      sessions: least("sessions"),
      docs: least("docs"),
      files: least("files"),
      indexes: least("indexes"),
      projects: least("projects"),
      keys: least("keys"),
    },
  };
};

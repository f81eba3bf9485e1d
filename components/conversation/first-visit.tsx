import { Dash } from "../ui/dash";
import { PageLink } from "../ui/page-link";

/** Whom a new session is begun with. */
export type BegunWith = { readonly id: string; readonly name: string };

export function FirstHead({ agent }: { agent: BegunWith | null }) {
  return (
    <div className="first-head measure">
      <Dash />
      {agent && (
        <p className="first-agent">
          <bdi>{agent.name}</bdi> answers in this session.{" "}
          <PageLink href={`/agents/${agent.id}`} className="text-link">
            Edit it
          </PageLink>
        </p>
      )}
      <h1>What shall we talk about?</h1>
    </div>
  );
}

const starters = [
  {
    name: "Explain",
    hint: "A stack trace, a contract clause, a regular expression",
    text: "Explain this regular expression step by step: ^(?:\\d{1,3}\\.){3}\\d{1,3}$",
  },
  {
    name: "Draft",
    hint: "A reply, a release note, a job advert",
    text: "Draft a short release note: the export is now twice as fast, and file names with umlauts work.",
  },
  {
    name: "Calculate",
    hint: "A loan, a mixture, a date far away",
    text: "Calculate 12500 * 1.032 ^ 7: what 12,500 at 3.2% a year come to after 7 years.",
  },
  {
    name: "Ask the time",
    hint: "Here, or in another place",
    text: "What time is it in Tokyo?",
  },
];

/** Ideas to begin with. The conversation hears of a press, and takes the words that the button names. */
export function Starters() {
  return (
    <ul className="starters measure" aria-label="Ideas to begin with">
      {starters.map(({ name, hint, text }) => (
        <li key={name}>
          <button type="button" className="starter" data-starter={text}>
            <span className="starter-name">{name}</span>
            <span className="starter-text">{hint}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function DemoNote() {
  return (
    <p className="demo-note measure">
      The demo model answers from a script and costs nothing. For a real one{" "}
      <PageLink href="/account#models" className="text-link">
        add a provider
      </PageLink>
      , or start Parley with <code>OPENAI_API_KEY</code> set.
    </p>
  );
}

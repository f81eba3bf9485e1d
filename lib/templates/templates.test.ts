import { afterAll, expect, test } from "vitest";
import { JULEP_TEMPLATE } from "../core/render/templates.ts";
import { openTemplates } from "./templates.ts";

const { render, close } = openTemplates([JULEP_TEMPLATE]);
const renderTemplate = render.bind(null, "an account");
afterAll(close);

const ada = { name: "Ada", about: "a tutor", instructions: ["Be brief", "Cite sources"] };

// The golden outputs of the Julep contract, section 4.3, verified there with Jinja2.
test.each([
  [
    "everything",
    {
      agent: ada,
      user: { name: "Bo", about: "a student" },
      session: { situation: "exam week" },
      docs: [
        { title: "T1", content: ["alpha"] },
        { title: "T2", content: ["beta"] },
      ],
    },
    "You are Ada.\nWho you are: a tutor\nThe person you are talking with is Bo.\nWhat is known about them: a student\n\nSituation: exam week\n\nInstructions:\n- Be brief\n- Cite sources\n\nReference documents:\n## T1\nalpha\n## T2\nbeta\n",
  ],
  [
    "instructions as one text, and nothing else",
    { agent: { name: "Ada", about: "", instructions: "Be brief" }, user: null, session: { situation: null }, docs: [] },
    "You are Ada.\n\nInstructions:\nBe brief\n",
  ],
  [
    "a user without about, and a situation",
    {
      agent: { name: "Ada", about: "", instructions: [] },
      user: { name: "Bo", about: "" },
      session: { situation: "s" },
      docs: [],
    },
    "You are Ada.\nThe person you are talking with is Bo.\n\nSituation: s\n",
  ],
])("Julep's default template with %s", async (_, variables, expected) => {
  expect(await renderTemplate(JULEP_TEMPLATE, variables)).toBe(expected);
});

test.each([
  [
    "methods of text and objects",
    "{{ agent.name.upper() }} {{ 'a,b'.split(',')[1] }} {{ user.get('name') }}",
    "ADA b Bo",
  ],
  ["an attribute of nothing", "<{{ nobody.name }}>", "<>"],
  ["a name that is not there", "<{{ unheard_of }}>", "<>"],
  ["an empty list as false", "{% if empty %}yes{% else %}no{% endif %}", "no"],
  ["blocks on lines of their own", "a\n  {% if true %}\nb\n  {% endif %}\nc\n", "a\nb\nc"],
  ["markup as it is", "{{ '<b>' }}", "<b>"],
  ["len", "{{ len([1, 2]) }} {{ len('añ') }} {{ len({'a': 1}) }}", "2 2 1"],
  [
    "str, int, float, bool, list",
    "{{ str(1) + 'x' }} {{ int('7') + 1 }} {{ float('1.5') }} {{ bool([]) }} {{ list('ab') }}",
    '1x 8 1.5 false ["a", "b"]',
  ],
  ["range, min, max, sum", "{{ range(3) }} {{ min([2, 1]) }} {{ max(1, 2) }} {{ sum([1, 2], 3) }}", "[0, 1, 2] 1 2 6"],
  ["round, abs", "{{ round(2.5) }} {{ round(1.26, 1) }} {{ abs(-3) }}", "2 1.3 3"],
  [
    "enumerate, zip",
    "{% for n, x in enumerate(['a']) %}{{ n }}{{ x }}{% endfor %} {{ zip([1, 2], ['a']) }}",
    '0a [[1, "a"]]',
  ],
  ["JSON", '{{ load_json(\'{"a": [1]}\').a[0] }} {{ dump_json({"a": {"b": none}}) }}', '1 {"a":{"b":null}}'],
  ["constants", "{{ true and not false and null is none }}{{ NEWLINE }}", "true\n"],
])("a template renders %s", async (_, template, expected) => {
  const variables = { agent: ada, user: { name: "Bo" }, nobody: null, empty: [] };
  expect(await renderTemplate(template, variables)).toBe(expected);
});

test.each([
  ["{% if %}", /^Template syntax error: /],
  ["{{ unheard_of.name }}", /^Template undefined variable: /],
  ["{{ 1 // 0 }}", /^Template error: /],
  ["{{ int('secret') }}", /^Template error: (?!.*secret)/],
  ["{{ load_json('secret') }}", /^Template error: (?!.*secret)/],
  ["{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", /^Template error: /],
])("%s is refused", async (template, message) => {
  await expect(renderTemplate(template, {})).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringMatching(message),
  });
});

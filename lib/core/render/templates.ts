/** The system template of agents made through Julep: the contract, section 4.3. */
export const JULEP_TEMPLATE = `{%- if agent.name %}You are {{ agent.name }}.{{ NEWLINE }}{% endif -%}
{%- if agent.about %}Who you are: {{ agent.about }}{{ NEWLINE }}{% endif -%}
{%- if user and user.name %}The person you are talking with is {{ user.name }}.{{ NEWLINE }}{% endif -%}
{%- if user and user.about %}What is known about them: {{ user.about }}{{ NEWLINE }}{% endif -%}
{%- if session.situation %}{{ NEWLINE }}Situation: {{ session.situation }}{{ NEWLINE }}{% endif -%}
{%- if agent.instructions %}{{ NEWLINE }}Instructions:{{ NEWLINE }}{% if agent.instructions is string %}{{ agent.instructions }}{{ NEWLINE }}{% else %}{% for item in agent.instructions %}- {{ item }}{{ NEWLINE }}{% endfor %}{% endif %}{% endif -%}
{%- if docs %}{{ NEWLINE }}Reference documents:{{ NEWLINE }}{% for doc in docs %}## {{ doc.title }}{{ NEWLINE }}{% if doc.content is string %}{{ doc.content }}{{ NEWLINE }}{% else %}{% for part in doc.content %}{{ part }}{{ NEWLINE }}{% endfor %}{% endif %}{% endfor %}{% endif -%}
`;

/** The system template of all other agents: instructions and documents, nothing else. */
export const PLAIN_TEMPLATE = `{%- for item in agent.instructions %}{{ item }}{{ NEWLINE }}{% endfor -%}
{%- if session.situation %}{{ NEWLINE }}Situation: {{ session.situation }}{{ NEWLINE }}{% endif -%}
{%- if docs %}{{ NEWLINE }}Reference documents:{{ NEWLINE }}{% for doc in docs %}## {{ doc.title }}{{ NEWLINE }}{% for part in doc.content %}{{ part }}{{ NEWLINE }}{% endfor %}{% endfor %}{% endif -%}
`;

/** The templates that nobody but us has written. */
export const OWN_TEMPLATES: readonly string[] = [JULEP_TEMPLATE, PLAIN_TEMPLATE];

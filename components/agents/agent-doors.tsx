"use client";

import { Copy } from "lucide";
import { useEffect, useState } from "react";
import type { AgentView } from "@/lib/pages/page-data.ts";
import { copyText } from "../conversation/copy";
import { Icon } from "../ui/icon";

/** Where programs reach an agent, ready to copy. */
export function AgentDoors({ agent }: { agent: AgentView }) {
  // The server may not know the address that the browser came by.
  const [origin, setOrigin] = useState("http://localhost:3000");
  useEffect(() => setOrigin(window.location.origin), []);
  const lines = [
    { name: "Assistant base URL", text: `${origin}/api/v1/compatibility/openai/v1/assistants/${agent.id}` },
    { name: "Bot address", text: `${origin}/v1/chat` },
    { name: "Bot uid", text: agent.id },
    ...(agent.slug ? [{ name: "Bot slug", text: agent.slug }] : []),
  ];
  return (
    <section className="agent-part" aria-labelledby="agent-doors">
      <h2 id="agent-doors">For programs</h2>
      <dl className="agent-doors">
        {lines.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code dir="ltr">{text}</code>
              <button type="button" className="text-button" onClick={() => copyText(text, `${name} is copied`)}>
                <Icon of={Copy} size={14} />
                Copy<span className="sr-only"> {name}</span>
              </button>
            </dd>
          </div>
        ))}
      </dl>
      <p className="field-note">
        Tools of other kinds are added through the Julep API: <code>POST /api/agents/{agent.id}/tools</code>; so are
        documents that are text, with metadata: <code>/docs</code>.
      </p>
    </section>
  );
}

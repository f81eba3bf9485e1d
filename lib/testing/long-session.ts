import { Client } from "pg";

/**
 * Puts so many questions with their answers at the beginning of an empty session. The answers are of a few kinds and
 * lengths, as they are in a long chat.
 */
export async function fillSession(databaseUrl: string, sessionId: string, questions: number): Promise<void> {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    await client.query(
      `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
       select gen_random_uuid(), s.id, s."activeBranchId", n, case n % 2 when 0 then 'user' else 'assistant' end,
         case n % 2 when 0 then 'api_request' else 'api_response' end,
         json_build_array(json_build_object('type', 'text', 'text', case n % 2 when 0 then 'Question ' || n / 2
           else 'Answer ' || n / 2 || E'.\\n\\n' || case n / 2 % 3
             when 0 then repeat('A sentence of some words, as there are many. ', 12)
             when 1 then E'- one\\n- **two**\\n- three' else E'| a | b |\\n| - | - |\\n| 1 | 2 |' end end))
       from "Session" s, generate_series(0, $2::int * 2 - 1) n where s.id = $1`,
      [sessionId, questions],
    );
    await client.query(
      `update "Branch" set "nextPosition" = $2 where id = (select "activeBranchId" from "Session" where id = $1)`,
      [sessionId, questions * 2],
    );
    await client.query(`analyze "Message"`);
  } finally {
    await client.end();
  }
}

import { parley } from "./parley.ts";

/** 200 with the state of database, migrations and model; 503 with the reason while the server cannot answer. */
export async function health(): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const { ports } = await parley();
    const { database, models, runner } = ports;
    const pending = await database.pending();
    const isReady = pending.length === 0 && !runner.isDraining();
    const body = {
      status: isReady ? "ok" : runner.isDraining() ? "draining" : "migrations pending",
      database: { kind: database.kind, state: "ok" },
      migrations: { pending },
      model: { id: models.defaultModel, is_demo: models.isDemo },
      running_turns: runner.count(),
    };
    return Response.json(body, { status: isReady ? 200 : 503, headers });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "unknown";
    return Response.json({ status: "down", reason }, { status: 503, headers });
  }
}

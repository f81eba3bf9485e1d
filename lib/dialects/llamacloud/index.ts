import { recalledHits } from "../../core/knowledge/retrieved.ts";
import { agentOfRun, getTurnInput, gonePieces, recalledOfRuns } from "../../core/turn/history.ts";
import type { Source } from "../../domain/source.ts";
import type { Dialect } from "../dialect.ts";
import { decodeTurn, type StreamCall } from "./decode.ts";
import { llamacloudFailure } from "./errors.ts";
import { llamacloudPolicy } from "./policy.ts";
import { llamacloudSample } from "./samples.ts";
import { llamacloudFrames } from "./stream.ts";

/** LlamaCloud's beta chat: a key, or the cookie of our own pages. */
export const llamacloud = {
  name: "llamacloud",
  label: "LlamaCloud",
  prefixes: ["/api/v1"],
  credentials: "key-or-guest",
  isOfOneAgent: false,
  cors: true,
  bodyLimitBytes: 1024 * 1024,
  policy: llamacloudPolicy,
  decode: (asked) => [decodeTurn(asked)],
  isStream: () => true,
  begins: "at-once",
  firstFrame: ": open\n\n",
  headers: ({ first }) => ({ "x-run-id": first.runId }),
  frames: async function* ([turn], { scope, first }, { indexes, withIds }) {
    const { runId, prepared } = first;
    const input = prepared?.input ?? (await getTurnInput(scope, runId));
    const agent = prepared ? { id: prepared.agent.id, name: prepared.agent.name } : await agentOfRun(scope, runId);
    const recalled = prepared
      ? recalledHits(prepared.docs, prepared.description.numbersPassages)
      : (await recalledOfRuns(scope, [runId])).get(runId);
    const goneOf = (sources: readonly Source[]) => gonePieces(scope, sources);
    const told = { runId, input, after: 0, withIds, skippedIndexIds: indexes.skipped(), agent, recalled, goneOf };
    yield* llamacloudFrames(turn, told);
  },
  answer: null,
  failure: llamacloudFailure,
  reference: async () => (await import("./reference.ts")).llamacloudReference,
  sample: llamacloudSample,
} satisfies Dialect<StreamCall>;

export { decodeCursor, encodeCursor, inProject, projectOf, turnAttachments, turnIndexes } from "./decode.ts";
export { encodeEvents, encodePage, encodeSummary } from "./encode.ts";
export * as library from "./library.ts";
export {
  CreateBody,
  FollowQuery,
  ListQuery,
  PatchBody,
  ScopeQuery,
  StreamBody,
  TitleBody,
} from "./schema.ts";
export { eventEncoder, llamacloudFrames } from "./stream.ts";

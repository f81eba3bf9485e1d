import type { ModelEvent, ModelRequest, PromptMessage } from "../../domain/model.ts";
import type { Admission } from "../admitted.ts";
import { hasImages, isReady, readyMessages } from "../render/ready-messages.ts";
import { type ReadyFiles, readyFiles } from "../render/ready-parts.ts";
import type { Scope } from "../scope.ts";

/** A model call whose messages may have files. */
export type PromptRequest = Omit<ModelRequest, "messages"> & { readonly messages: readonly PromptMessage[] };
export type CallWithFiles = (request: PromptRequest) => AsyncIterable<readonly ModelEvent[]>;

/**
 * Calls the model for the steps of one turn, with the content of the files that its messages have: read at the first
 * step and kept for the others. A model that is known not to see images is told of them in words, and the turn has a
 * notice; it has another one where `isCut`: its prompt had no room for all messages.
 */
export function callWithFiles(scope: Scope, admission: Admission, isCut = false): CallWithFiles {
  let opened: Promise<Opened> | null = null;
  let isTold = !isCut;
  return (request) => {
    const { messages } = request;
    const notices = isTold ? [] : [CUT];
    isTold = true;
    if (isReady(messages)) return noted(notices, scope.models.call(admission, { ...request, messages }));
    opened ??= open(scope, request);
    return noted(notices, called(scope, admission, request, opened));
  };
}

const CUT = "The oldest messages had no room in the prompt: the model was not sent them.";

/** What a model says, behind notices where there are some. */
const noted = (notices: readonly string[], call: AsyncIterable<readonly ModelEvent[]>) =>
  notices.length === 0 ? call : behind(notices, call);

async function* behind(notices: readonly string[], call: AsyncIterable<readonly ModelEvent[]>) {
  yield notices.map((text) => ({ type: "notice" as const, text }));
  yield* call;
}

type Opened = { readonly files: ReadyFiles; readonly isBlind: boolean };

async function open(scope: Scope, { model, messages }: PromptRequest): Promise<Opened> {
  const isBlind = hasImages(messages) && (await seesImages(scope, model)) === false;
  return { files: readyFiles(scope, { seesImages: !isBlind }), isBlind };
}

async function* called(scope: Scope, admission: Admission, request: PromptRequest, opening: Promise<Opened>) {
  const { files, isBlind } = await opening;
  if (isBlind) yield [{ type: "notice" as const, text: BLIND }];
  const messages = await readyMessages(request.messages, files);
  yield* scope.models.call(admission, { ...request, messages });
}

const BLIND = "This model cannot see images: it was told that they are there, and what they are called.";

/** Whether a model sees images; null: nobody has said. */
async function seesImages({ models, providerKey }: Scope, model: string): Promise<boolean | null> {
  const known = await models.list(providerKey).catch(() => []);
  return known.find(({ id }) => id === model)?.images ?? null;
}

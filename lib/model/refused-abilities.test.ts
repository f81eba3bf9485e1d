import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import { type ModelRequest, unknownModel } from "../domain/model.ts";
import { lessons } from "./lessons.ts";
import { refusedRequest } from "./provider-error.ts";
import { inabilityIn, noteInability } from "./refused-abilities.ts";

const BOTH = new Set(["tools", "images"] as const);

test.each<[string, "tools" | "images" | null]>([
  // Of images, as servers are reported to say it.
  ["Invalid content type. image_url is only supported by certain models.", "images"],
  ["No endpoints found that support image input", "images"],
  ["image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", "images"],
  ["this model is missing data required for image input", "images"],
  ["At most 0 image(s) may be provided in one prompt.", "images"],
  ["microsoft/phi-4 is not a multimodal model", "images"],
  ["Image input modality is not enabled for models/gemma-3-1b-it", "images"],
  ["Model does not support images. Please use a model that does.", "images"],
  ["Image inputs are not supported by this model.", "images"],
  ["'claude-2.1' does not support image input.", "images"],
  ["This model does not support vision", "images"],
  ["messages[0]: unknown variant `image_url`, expected `text`", "images"],
  ["Image input is not enabled for this model", "images"],
  // Of one image.
  ["Unsupported image format: image/heic is not supported", null],
  ["The image type image/webp is not supported", null],
  ["image exceeds 5 MB maximum", null],
  ["Images are not allowed to be larger than 20 MB: file size too large", null],
  ["Could not download the image: images are not accepted from this host", null],
  // Of tools.
  ["registry.ollama.ai/library/gemma does not support tools", "tools"],
  ["Function calling is not enabled for models/gemma-3-27b-it", "tools"],
  // Of neither.
  ["Unsupported parameter: 'temperature'", null],
  ["Thinking may not be enabled when tool_choice forces tool use.", null],
  ["", null],
])("a refusal says what the model cannot do: %s", (words, expected) => {
  expect(inabilityIn(words, BOTH)).toBe(expected);
});

test("what was not asked for is not refused", () => {
  expect(inabilityIn("This model does not support images", new Set(["tools"]))).toBeNull();
  expect(inabilityIn("This model does not support tools", new Set(["images"]))).toBeNull();
});

test("what a model refused counts before what its list says, for that model alone", () => {
  const known = lessons();
  const request: ModelRequest = {
    model: "m",
    purpose: "turn",
    messages: [{ role: "user", parts: [{ type: "image", url: "https://x.example/a.png" }] }],
    tools: [{ name: "f", description: null, parameters: {} }],
    toolChoice: "auto",
    settings: {},
    signal: new AbortController().signal,
  };
  const refusal = (message: string) => refusedRequest(400, {}, JSON.stringify({ error: { message } }));
  const told = { ...unknownModel("m"), images: true, tools: true };
  noteInability(known, request, new ChatError("model-failed", "This model does not support images"));
  expect(known.informed(told)).toBe(told);
  noteInability(known, request, refusal("This model does not support image input"));
  expect(known.informed(told)).toEqual({ ...told, images: false });
  noteInability(known, request, refusal("This model does not support tools"));
  expect(known.informed(told)).toEqual({ ...told, images: false, tools: false });
  expect(known.informed({ ...told, id: "other" })).toMatchObject({ images: true, tools: true });
});

test("12: a server that fails for now says nothing of what its models can do", () => {
  const known = lessons();
  const request: ModelRequest = {
    model: "m",
    purpose: "turn",
    messages: [],
    tools: [{ name: "f", description: null, parameters: {} }],
    toolChoice: "auto",
    settings: {},
    signal: new AbortController().signal,
  };
  const said = JSON.stringify({ error: { message: "tools backend unavailable: upstream not available" } });
  noteInability(known, request, refusedRequest(500, {}, said));
  expect(known.of("m").cannot.size).toBe(0);
});

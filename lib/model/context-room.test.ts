import { expect, test } from "vitest";
import { roomIn } from "./context-room.ts";

// Refusals as servers are reported to word them, and the window that each names: null where it names none, "no" where
// it is about no room of a prompt.

test.each<[string, number | null | "no"]>([
  [
    "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (9000 in the messages, 1000 in the completion).",
    8192,
  ],
  ["This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.", 4096],
  ["the request exceeds the available context size, try increasing it", null],
  ["request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", 4096],
  [
    "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
    4096,
  ],
  ["The number of tokens to keep from the initial prompt is greater than the context length.", null],
  [
    "Inputs validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 `max_new_tokens`",
    4096,
  ],
  ["Input validation error: `inputs` must have less than 4096 tokens. Given: 5000", 4096],
  ["The input token count (40000) exceeds the maximum number of tokens allowed (32768).", 32768],
  ["The input token count exceeds the maximum number of tokens allowed 1048576.", 1048576],
  ["Range of input length should be [1, 30720]", 30720],
  ["InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]", 129024],
  ["Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", 32768],
  ["Invalid request: Your request exceeded model token limit: 8192", 8192],
  ["This model's maximum prompt length is 131072 but the request contains 200000 tokens.", 131072],
  ["Please reduce the length of the messages or completion. Current length is 8300 while limit is 8192", 8192],
  ["prompt is too long: 210000 tokens > 200000 maximum", 200000],
  [
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
    200000,
  ],
  [
    "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens: 4900 tokens from the input messages and 100 tokens for the completion.",
    4096,
  ],
  ["The input (5000 tokens) is longer than the model's context length (4096 tokens).", 4096],
  ["too many tokens: total number of tokens in the prompt exceeds the limit of 4081. Try using a shorter prompt", 4081],
  ["Input is too long for requested model.", null],
  ["The total number of tokens 9000 exceeds the model's limit of 8192", 8192],
  ["context length exceeded: 9000 > 8192", 8192],
  [
    "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 of tool input).",
    32768,
  ],
  ["tokens limit exceeded: prompt has 9000 tokens, model supports 8192", 8192],
  ["Token limit exceeded", null],
  ["Prompt length 5000 is over the max_seq_len of 4096", 4096],
  ["Prompt tokens (5000) exceed model's max sequence length 4096", 4096],
  ["Request exceeds max_seq_len. 5000 tokens vs 4096", 4096],
  [
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens.",
    4096,
  ],
  [
    "You passed 4097 input tokens and requested 0 output tokens. However, the model's context length is only 4096 tokens, resulting in a maximum input length of 4096 tokens.",
    4096,
  ],
  ["max_tokens=5000 cannot be greater than max_model_len=max_total_tokens=4096", 4096],
  [
    "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 4096 tokens and your request has 12 input tokens (4096 > 4096 - 12).",
    4096,
  ],
  ["This model's maximum context length is 32,768 tokens", 32768],
  ["exceeds the 8k context window", 8000],
  ["context window of 128k tokens exceeded", 128000],
  ["ContextWindowExceededError: litellm.BadRequestError: This model's maximum context length is 4096 tokens", 4096],
  ["Prompt 长度超过限制", null],
  ["Prompt 超长", null],
  ["tokens_limit_reached: Request body too large for gpt-4o model. Max size: 8000 tokens.", null],
  [
    "Request too large for model `x` in organization `org` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.",
    null,
  ],
  ["Requested tokens (5000) exceed context window of 4096", 4096],
  ["The prompt (5000 tokens) exceeds the model's maximum of 4096 tokens", 4096],
  [
    "AiError: AiError: The estimated number of input and maximum output tokens (9000) exceeded this model context window limit (7968).",
    7968,
  ],
  ["message too long", null],
  ["Input length 5000 exceeds maximum length 4096", 4096],
  ["input_tokens 5000 + max_tokens 1000 exceeds 4096", 4096],
  ["Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.", 272000],
  [
    "string too long. Expected a string with maximum length 10485760, but got a string with length 20000000 instead.",
    "no",
  ],
  [
    "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 52 instead.",
    "no",
  ],
  ["Invalid 'messages[1].content': string too long. Expected a string with maximum length 1048576", "no"],
  ["max_tokens is too large: 100000. This model supports at most 16384 completion tokens", "no"],
  ["maximum number of input images is 10; too many images in request", "no"],
  ["Request too long to process images", "no"],
  ["Image input exceeds maximum size of 20 MB", "no"],
  ["available context exhausted", null],
  ["kv cache is full", null],
  ["Context is full", null],
  ["Conversation is too long", null],
  ["total length of messages must be less than 32000 characters", null],
  ["Input exceeds the limit of 4096 tokens", 4096],
  ["Input tokens (5000) exceeds 4096", 4096],
  ["the prompt exceeds 4096 tokens", 4096],
  ["input is too large. max 4096 tokens", 4096],
  ["ValueError: The model's max seq len (4096) is smaller than prompt tokens", 4096],
  ["the sum of prompt tokens and max_new_tokens exceeds max position embeddings 4096", 4096],
  [
    "This model's maximum context length is 4097 tokens. However, you requested 4120 tokens (3120 in the messages, 1000 in the completion).",
    4097,
  ],
  ["the request exceeds the available context size (4096 tokens), try increasing it", 4096],
  ["The input token count (582632) exceeds the maximum number of tokens allowed (131072).", 131_072],
  ["prompt is too long: 210000 tokens > 200000 maximum", 200_000],
  ["Prompt contains 40000 tokens, too large for model with 32768 maximum context length", 32_768],
  ["Your input exceeds the context window of this model. Please adjust your input and try again.", null],
  ["Prompt exceeds maximum context length", null],
  ["Please reduce the length of the messages or completion.", null],
  ["exceed_context_size_error n_ctx: 256", 256],
  ["Invalid image", "no"],
  ["The model does not exist", "no"],
  ["roles must alternate", "no"],
  ["temperature must be between 0 and 2", "no"],
  ["messages: array too long. Expected at most 2048", "no"],
  ["Invalid 'messages[4].tool_call_id': string too long. Expected a string with maximum length 40", "no"],
  ["Rate limit reached on tokens per day (TPD): Limit 100000, Used 99000, Requested 2000.", null],
])("20: %s names the window %j", (words, window) => {
  const room = roomIn(words);
  expect(room === null ? "no" : room.window).toBe(window);
});

test.each<[string, number | null]>([
  [
    "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (9000 in the messages, 1000 in the completion).",
    9000,
  ],
  ["input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", 190_000],
  ["The input token count (40000) exceeds the maximum number of tokens allowed (32768).", 40_000],
  ["exceed_context_size_error n_ctx: 4096 \n n_prompt_tokens: 5000", 5000],
  ["The conversation has 5000 tokens, and the limit is 4096", 5000],
  ["This model's maximum context length is 4096 tokens and your request has 12 input tokens", null],
  ["context length 4096 exceeded", null],
])("20: %s names %j tokens of a prompt", (words, used) => {
  expect(roomIn(words)?.used).toBe(used);
});

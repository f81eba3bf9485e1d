// As servers say it: OpenAI, Anthropic, Mistral, Gemini, DeepSeek, xAI, OpenRouter, vLLM, llama.cpp, Ollama and LM
// Studio, by their documents and by reports.
const NO_IMAGES = [
  /\bimage(?:s|[_ -]?url)?\b[\w '"`-]{0,40}(?:\bnot\b|n't\b|\bun|\bno longer\b).{0,20}(?:support|enabl|allow|accept|permit|available)/iu,
  /(?:\bnot\b|n't\b|\bno\b|\bnone\b|cannot|\bunable\b|\black\w*).{0,60}(?:support|accept|enabl|process|handle|understand|capab|see).{0,40}(?:\bimages?\b|\bimage_url\b|\bvision\b|multi-?modal)/iu,
  /(?:missing|required).{0,40}\bimage input/iu,
  /at most 0 images?\b/iu,
  /not (?:a )?(?:multi-?modal|vision)\b/iu,
  /\bimage_url\b.{0,40}only supported by certain models/iu,
  /(?:unknown|unsupported|invalid) (?:variant|part|content|value)[\w .[\]-]{0,20}:? ?.?image_url/iu,
  /content[\s\S]{0,40}(?:must be|should be|allowed values:?|supported values are:?|only supports?)\W{1,4}text\W/iu,
  /input should be .?text\b[\s\S]{0,80}content/iu,
  /only (?:supports? )?text (?:content|input)/iu,
];
/** Said of one image, and not of the model. */
const OF_ONE_IMAGE =
  /(?:image|media|mime|file)[ _-]?(?:format|type|size|dimension)|too (?:large|big|many|small)|more than|corrupt|download|fetch|decod|base64|webp|\bgif\b|\bsvg\b|heic|exceed|\b(?:4\d\d|expired)\b url/iu;

/** Whether a refusal says that the model takes no images; not what is wrong with one of them. */
export const refusesImages = (words: string): boolean =>
  !OF_ONE_IMAGE.test(words) && NO_IMAGES.some((one) => one.test(words));

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApiDocument } from "../http/openapi.ts";

type Described = {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
};
type Path = { readonly key: string; readonly pattern: RegExp; readonly methods: Readonly<Record<string, Described>> };

/**
 * Holds answers against the reference: an answer that it does not know, or with a body that is not as it says, is an
 * error. Paths and methods that are not in the reference are let pass.
 */
export async function openReference() {
  const document = await openApiDocument("http://parley.test");
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, "reference");
  // Specific paths first: a parameter would take their names.
  const paths = Object.entries(document.paths as Record<string, Path["methods"]>)
    .map(([key, methods]): Path => ({ key, methods, pattern: patternOf(key) }))
    .sort((a, b) => (rank(a.key) < rank(b.key) ? -1 : 1));

  /** The validator of a part of the document (RFC 6901, section 6); ajv keeps what it has compiled. */
  const validator = (place: readonly string[]): ValidateFunction => {
    const parts = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const found = ajv.getSchema(`reference#/${parts.join("/")}`);
    if (!found) throw new Error(`The reference has no ${place.join(" ")}`);
    return found;
  };

  /** The answer, which is read on if it is a stream. Throws for one that is not as the reference says. */
  return async function checked({ method, url }: Request, response: Response): Promise<Response> {
    const { pathname } = new URL(url);
    const path = paths.find(({ pattern }) => pattern.test(pathname));
    const operation = path?.methods[method.toLowerCase()];
    if (!path || !operation) return response;
    const name = `${method} ${path.key} ${response.status}`;
    const described = operation.responses[response.status];
    if (!described) throw new Error(`The reference does not know ${name}: ${await response.clone().text()}`);
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    if (response.body === null && described.content === undefined) return response;
    if (!described.content?.[type]) throw new Error(`The reference does not know ${name} as "${type}"`);
    const place = [
      "paths",
      path.key,
      method.toLowerCase(),
      "responses",
      String(response.status),
      "content",
      type,
      "schema",
    ];
    const check = (value: unknown) => {
      const validate = validator(place);
      if (validate(value)) return;
      const faults = validate.errors
        ?.slice(0, 5)
        .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
      throw new Error(
        `${name} is not as the reference says: ${faults?.join("; ")} in ${JSON.stringify(value).slice(0, 500)}`,
      );
    };
    if (type.startsWith("image/")) return response;
    if (type !== "text/event-stream") {
      check(await response.clone().json());
      return response;
    }
    return new Response(response.body && checkedFrames(response.body, check), response);
  };
}

/** A stream whose frames are held against a schema as they are read. Who leaves it leaves what is beneath. */
function checkedFrames(body: ReadableStream<Uint8Array>, check: (value: unknown) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("data: ") && line !== "data: [DONE]") check(JSON.parse(line.slice("data: ".length)));
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

// Names of models and of attachments may hold slashes.
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/\{(?:model|attachment_name)\}/gu, ".+").replaceAll(/\{\w+\}/gu, "[^/]+")}/?$`, "u");

const rank = (path: string): string => path.replaceAll("{", "~");

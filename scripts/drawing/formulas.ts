// The end of public/drawing/formulas.js, which runs in a worker of the browser behind KaTeX itself: sets formulas, and
// gives each back as plain data. A worker has no document, so that KaTeX gets one that only takes down what it makes.

/** A formula to set. */
type Asked = { readonly id: number; readonly source: string; readonly isDisplay: boolean };

type Plain = {
  readonly tag: string;
  readonly attributes: Record<string, string>;
  readonly style: Record<string, string>;
  readonly children: (Plain | string)[];
};

type Tree = { readonly toNode: () => Noted };
declare const katex: { readonly __renderToDomTree: (source: string, options: object) => Tree };
declare function postMessage(message: object): void;

/** Pieces that a formula may have. */
const MAX_NODES = 10_000;

type Noted = {
  readonly tag: string;
  className: string;
  textContent: string;
  readonly style: Record<string, string>;
  readonly attributes: Record<string, string>;
  readonly children: Noted[];
  readonly setAttribute: (name: string, value: unknown) => void;
  readonly appendChild: (child: Noted) => void;
};

function note(tag: string, text = ""): Noted {
  const [attributes, children]: [Record<string, string>, Noted[]] = [{}, []];
  return {
    tag,
    className: "",
    textContent: text,
    style: {},
    attributes,
    children,
    setAttribute(name, value) {
      attributes[name] = String(value);
    },
    appendChild: (child) => void children.push(child),
  };
}

/** The worker itself. */
const worker = globalThis as unknown as { document: object; onmessage: (event: { readonly data: Asked }) => void };

worker.document = {
  compatMode: "CSS1Compat",
  createElement: (tag: string) => note(tag),
  createElementNS: (_space: string, tag: string) => note(tag),
  createDocumentFragment: () => note(""),
  createTextNode: (text: string) => note("#text", text),
};

function plain(root: Noted): Plain | string {
  let count = 0;
  const made = (node: Noted): (Plain | string)[] => {
    count++;
    if (count > MAX_NODES) throw new Error("It is too large.");
    if (node.tag === "#text") return [node.textContent];
    const children = node.children.flatMap(made);
    if (node.tag === "") return children;
    const attributes = node.className ? { ...node.attributes, class: node.className } : node.attributes;
    if (node.textContent) children.unshift(node.textContent);
    return [{ tag: node.tag, attributes, style: { ...node.style }, children }];
  };
  return made(root)[0] ?? "";
}

worker.onmessage = ({ data: { id, source, isDisplay } }) => {
  try {
    const tree = katex.__renderToDomTree(source, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 1000,
      maxSize: 20,
    });
    postMessage({ id, root: plain(tree.toNode()) });
  } catch (thrown) {
    postMessage({ id, why: String(thrown instanceof Error ? thrown.message : thrown).slice(0, 300) });
  }
};

postMessage({ isReady: true });

export {};

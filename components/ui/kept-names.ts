/** What is kept on this device for a year, where the server reads it too, to draw the first frame right. */
export type Kept = "sidebar" | "theme" | "letters";

/** The name of the cookie that holds it. */
export const cookieOf = (name: Kept): string => `parley-${name}`;

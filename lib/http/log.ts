import pino from "pino";

/** The process's log: one JSON object a line, without content and without keys. */
export const openLog = (level: string) =>
  pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ["*.apiKey", "*.authorization", "*.cookie", "*.password"], censor: "[hidden]" },
  });

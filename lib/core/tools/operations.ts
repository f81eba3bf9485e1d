import type { SystemSpec } from "../../domain/tool-spec.ts";

type Rights = {
  /** Whether it changes nothing. */
  readonly reads: boolean;
  /** Whether a key of one agent may do it with that agent: what it may over HTTP, and what its turns recall anyway. */
  readonly ofOneAgent: boolean;
};

const READS: Rights = { reads: true, ofOneAgent: false };
const CHANGES: Rights = { reads: false, ofOneAgent: false };
const READS_ONE_AGENT: Rights = { reads: true, ofOneAgent: true };
const CHANGES_ONE_AGENT: Rights = { reads: false, ofOneAgent: true };

/** The operations that a system tool can be, and who may have them run. */
const OPERATIONS = {
  "agent.create": CHANGES,
  "agent.get": READS_ONE_AGENT,
  "agent.list": READS_ONE_AGENT,
  "agent.update": CHANGES_ONE_AGENT,
  "agent.patch": CHANGES_ONE_AGENT,
  "agent.create-or-update": CHANGES_ONE_AGENT,
  "agent.delete": CHANGES_ONE_AGENT,
  "agent.doc.create": CHANGES,
  "agent.doc.list": READS_ONE_AGENT,
  "agent.doc.delete": CHANGES,
  "agent.doc.search": READS_ONE_AGENT,
  "user.create": CHANGES,
  "user.get": READS,
  "user.list": READS,
  "user.update": CHANGES,
  "user.patch": CHANGES,
  "user.create-or-update": CHANGES,
  "user.delete": CHANGES,
  "user.doc.create": CHANGES,
  "user.doc.list": READS,
  "user.doc.delete": CHANGES,
  "user.doc.search": READS,
  "session.create": CHANGES,
  "session.get": READS,
  "session.list": READS,
  "session.update": CHANGES,
  "session.patch": CHANGES,
  "session.delete": CHANGES,
  "session.history": READS,
  "session.chat": CHANGES,
  "doc.get": READS_ONE_AGENT,
  "doc.embed": READS,
  "job.get": READS,
} as const satisfies Readonly<Record<string, Rights>>;

export type OperationName = keyof typeof OPERATIONS;

const isOperation = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name);

const nameOf = ({ resource, subresource, operation }: SystemSpec): string =>
  subresource === null ? `${resource}.${operation}` : `${resource}.${subresource}.${operation}`;

/** What a system tool is, by its name among the operations. Throws what the model is to be told where it is none. */
export function operationName(spec: SystemSpec): OperationName {
  const name = nameOf(spec);
  if (isOperation(name)) return name;
  throw new Error(`The operation "${name}" is not offered. Offered are: ${Object.keys(OPERATIONS).join(", ")}`);
}

/** Who may have the operation of a system tool run; null where it is none. */
export function operationRights(spec: SystemSpec): Rights | null {
  const name = nameOf(spec);
  return isOperation(name) ? OPERATIONS[name] : null;
}

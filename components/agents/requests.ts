import { type Agent, json, read, request } from "../api";

export type AgentChange = Omit<Agent, "id">;

export const makeAgent = (agent: AgentChange) => read<Agent>("/api/app/agents", json("POST", agent));

export const changeAgent = (id: string, change: AgentChange) =>
  read<Agent>(`/api/app/agents/${id}`, json("PATCH", change));

export const deleteAgent = (id: string) => request(`/api/app/agents/${id}`, { method: "DELETE" });

/** A tool of an agent; `spec` says how it is called, by its type. */
export type AgentTool = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
  readonly spec: unknown;
  /** Whether strangers who talk to the agent as a public bot may have it run. */
  readonly open_to_strangers: boolean;
};

export const readTools = async (agentId: string): Promise<readonly AgentTool[]> =>
  (await read<{ readonly tools: readonly AgentTool[] }>(`/api/app/agents/${agentId}`)).tools;

/** A tool to be made or set, in Julep's shape: its spec stands under the name of its type. */
export type ToolChange = Pick<AgentTool, "name" | "type" | "description"> & Readonly<Record<string, unknown>>;

export const makeTool = (agentId: string, tool: ToolChange) =>
  read<AgentTool>(`/api/app/agents/${agentId}/tools`, json("POST", tool));

export const changeTool = (agentId: string, id: string, tool: ToolChange) =>
  read<AgentTool>(`/api/app/agents/${agentId}/tools/${id}`, json("PUT", tool));

export const deleteTool = (agentId: string, id: string) =>
  request(`/api/app/agents/${agentId}/tools/${id}`, { method: "DELETE" });

import type { z } from "zod";
import type { Scope } from "../core/scope.ts";
import type { Stretch } from "../core/turn/follow.ts";
import type { TakenTurn } from "../core/turn/taken-turn.ts";
import type { TurnCall } from "../core/turn/turn-call.ts";
import type { ChatError, Issue } from "../domain/errors.ts";
import type { LastEvent, TurnEvent } from "../domain/events.ts";
import type { TurnPolicy } from "../domain/turn-policy.ts";
import type { Reference } from "./reference.ts";

/**
 * Which credentials a surface takes. With "key-or-guest" a visitor becomes a guest by writing; "cookie": what only a
 * person does, in the browser, such as making keys.
 */
export type Credentials = "key" | "cookie" | "key-or-cookie" | "key-or-guest";

/** What a surface of the API says of itself: how it knows its callers, and how it fails. */
export type Surface = {
  readonly name: string;
  readonly credentials: Credentials;
  /** Whether its calls name an agent each, so that a key for one agent may make them. */
  readonly isOfOneAgent: boolean;
  /** Whether pages of other origins may call it, with a key. */
  readonly cors: boolean;
  readonly bodyLimitBytes: number;
  /** Whether only a JSON media type makes a body JSON; any other is then a text, where an object is wanted. */
  readonly onlyJson?: boolean;
  /** How it words the faults that a schema finds; absent: in the words of pydantic 2. */
  readonly issues?: (error: z.ZodError, input: unknown) => Issue[];
  /** What a body is made of before its schema sees it; absent: of itself. */
  readonly bodyOf?: (value: unknown) => unknown;
  /** An error in the surface's own shape. It tells clients not to repeat what a repeat cannot mend. */
  readonly failure: (error: ChatError) => Response;
  /** The beginnings of its paths: what lies below them, and below no longer one, is answered by it. */
  readonly prefixes: readonly string[];
  /** By what rules its turns go, as far as a call does not say otherwise. */
  readonly policy: TurnPolicy;
};

type Some<Item> = readonly [Item, ...Item[]];

/** A turn that has ended, with all its events. */
export type WholeTurn = { readonly taken: TakenTurn; readonly events: readonly TurnEvent[]; readonly last: LastEvent };

/** The turns of an answer, one for each choice: as they run, and ended. */
export type Running = Some<AsyncIterable<Stretch>>;
export type Whole = Some<WholeTurn>;

/** What an answer is told besides the events of its turns. */
export type AnswerHead = {
  readonly scope: Scope;
  /** The turn of the first choice. */
  readonly first: TakenTurn;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Whether somebody has stopped it. */
  readonly isStopped: () => boolean;
  /** Ends all turns of the answer. */
  readonly hangUp: () => void;
};

/** How a dialect answers a call that runs turns. `Asked` is the call as its route has read it. */
export type Answering<Asked> = {
  /** The turns that a call asks for, one for each choice, with one input. Throws what `takeTurn` may throw. */
  readonly decode: (asked: Asked) => Some<TurnCall>;
  readonly isStream: (asked: Asked) => boolean;
  /**
   * When a stream begins: once the provider has accepted its turns, so that a failure still has a status, or at once.
   */
  readonly begins: "accepted" | "at-once";
  /** The status of what is answered; absent: 200. */
  readonly status?: number;
  /** What goes out before the model's first frame. */
  readonly firstFrame?: string;
  /** What is told beside the answer; `whole`: null for a stream that runs still. */
  readonly headers?: (head: AnswerHead, whole: Whole | null) => Readonly<Record<string, string>>;
  /** Whether what was said until somebody stopped the turn is an answer. */
  readonly stopIsAnswer?: boolean;
  /** The frames of a stream. They end in the dialect's own way, also where a turn fails or its end is not known. */
  readonly frames: (turns: Running, head: AnswerHead, asked: Asked) => AsyncGenerator<string, void>;
  /** The one JSON of turns that have ended well; null: the dialect has streams alone. */
  readonly answer: ((turns: Whole, head: AnswerHead, asked: Asked) => object | Promise<object>) | null;
};

/**
 * A published dialect: a wire format in which programs speak to the core. All that differs between two dialects is here
 * or in their routes; `DIALECTS` lists them.
 */
export type Dialect<Asked = never> = Surface &
  Answering<Asked> & {
    /** What people read it as: on the account page, in a row of a table. */
    readonly label: string;
    /** Its part of the reference: loaded when it is asked for, since no turn needs its schemas. */
    readonly reference: () => Promise<Reference>;
    /**
     * A first call for a shell: `{origin}` stands for the server's address, the key is read from PARLEY_KEY. Null where
     * it takes an agent and there is none.
     */
    readonly sample: (agentId: string | null) => string | null;
  };

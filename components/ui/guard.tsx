"use client";

import { Component, type ReactNode } from "react";

type GuardProps = {
  /** What is shown: another value is tried anew. */
  readonly of: unknown;
  readonly fallback: ReactNode;
  readonly children: ReactNode;
};
type GuardState = { readonly of: unknown; readonly isBroken: boolean };

/** Shows `fallback` in place of what cannot be drawn, so that the rest of the page stands. React wants a class here. */
export class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = { of: this.props.of, isBroken: false };

  static getDerivedStateFromError(): Partial<GuardState> {
    return { isBroken: true };
  }

  static getDerivedStateFromProps({ of }: Pick<GuardProps, "of">, state: GuardState): GuardState | null {
    return Object.is(of, state.of) ? null : { of, isBroken: false };
  }

  override render() {
    return this.state.isBroken ? this.props.fallback : this.props.children;
  }
}

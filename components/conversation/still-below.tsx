"use client";

import { Component, type RefObject } from "react";

type StillBelowProps = {
  readonly turn: RefObject<HTMLElement | null>;
  readonly isWhole: boolean;
};

/**
 * Keeps what stands below a turn where it is when the turn is drawn whole, which changes its height: the reader reads
 * there when the turn begins above what is seen. Browsers do so only while what they hold on to stays in the page, and
 * Safari not at all. A class, since React tells only these of the moment before the page changes.
 */
export class StillBelow extends Component<StillBelowProps> {
  override getSnapshotBeforeUpdate(before: StillBelowProps): number | null {
    const { turn, isWhole } = this.props;
    const box = turn.current?.closest(".scroller");
    if (!turn.current || !box || before.isWhole === isWhole) return null;
    const [seen, { top, bottom }] = [box.getBoundingClientRect(), turn.current.getBoundingClientRect()];
    return top < seen.top && bottom <= seen.bottom ? bottom : null;
  }

  override componentDidUpdate(_before: StillBelowProps, _state: unknown, bottom: number | null): void {
    const turn = this.props.turn.current;
    const box = turn?.closest(".scroller");
    if (bottom === null || !turn || !box) return;
    box.scrollTop += turn.getBoundingClientRect().bottom - bottom;
  }

  override render() {
    return null;
  }
}

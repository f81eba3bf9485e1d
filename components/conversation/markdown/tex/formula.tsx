"use client";

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { buildFormula } from "./build";
import type { Formula as Drawn } from "./draw";

type Drawer = typeof import("./draw");
let drawing: Drawer | null = null;

type FormulaProps = {
  /** Without its fence. */
  readonly source: string;
  readonly fence: string;
  /** Whether its end has not come yet. */
  readonly isOpen?: boolean;
};

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["\\(", "\\)"],
  ["\\[", "\\]"],
]);

async function draw(source: string, isDisplay: boolean): Promise<Drawn> {
  drawing ??= await import("./draw");
  return drawing.drawFormula(source, isDisplay);
}

/** A formula as it was written, with its fence. */
const written = (source: string, fence: string): string => `${fence}${source}${CLOSERS.get(fence) ?? fence}`;

/** Shows a formula's source, and the formula once it is set; what cannot be set stays source, and says why. */
export function Formula({ source, fence, isOpen = false }: FormulaProps) {
  const isDisplay = fence === "$$" || fence === "\\[";
  const [drawn, setDrawn] = useState<Drawn | undefined>(() => drawing?.setFormula(source, isDisplay));
  useEffect(() => {
    if (isOpen) return;
    let isGone = false;
    draw(source, isDisplay).then(
      (formula) => {
        if (!isGone) setDrawn(formula);
      },
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [source, isDisplay, isOpen]);
  const why = drawn && "why" in drawn ? drawn.why : undefined;
  return (
    <span
      className="tex"
      dir="ltr"
      data-display={isDisplay || undefined}
      data-state={isOpen || !drawn ? "waiting" : why === undefined ? "drawn" : "source"}
      data-source={isOpen ? undefined : written(source, fence)}
    >
      {drawn && "root" in drawn && !isOpen ? (
        <Drawing root={drawn.root} />
      ) : (
        <code className="tex-source" title={why}>
          {isOpen ? fence + source : written(source, fence)}
        </code>
      )}
      {why !== undefined && isDisplay && <span className="tex-why">Shown as it was written: {why}</span>}
    </span>
  );
}

function Drawing({ root }: { root: Parameters<typeof buildFormula>[0] }) {
  const holder = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => holder.current?.replaceChildren(buildFormula(root)), [root]);
  return <span ref={holder} className="tex-set" />;
}

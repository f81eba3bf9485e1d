"use client";

import { ChartColumn, Table2 } from "lucide";
import { type KeyboardEvent, useState } from "react";
import { formatNumber } from "../numbers";
import { formatDate } from "../time";
import { Icon } from "../ui/icon";
import type { DayUsage } from "./requests";

const total = ({ input_tokens, output_tokens }: DayUsage) => input_tokens + output_tokens;

/** The tokens of a day; none where there is no day. */
export const tokensOf = (day: DayUsage | undefined): number => (day ? total(day) : 0);

/** Tokens, turns and errors of each day: as bars that can be read by pointer and arrow keys, or as a table. */
export function Usage({ days }: { days: readonly DayUsage[] }) {
  const [isTable, setIsTable] = useState(false);
  const sum = days.reduce((all, day) => all + total(day), 0);
  const turns = days.reduce((all, day) => all + day.turns, 0);
  if (turns === 0 && sum === 0)
    return <p className="account-empty">No usage yet. Ask something, here or through an API.</p>;
  return (
    <>
      <p className="usage-figure">
        <span>{formatNumber(sum)}</span> tokens in {formatNumber(turns)} {turns === 1 ? "turn" : "turns"}
      </p>
      <div className="usage-head">
        <p className="usage-legend" aria-hidden={isTable}>
          {!isTable && (
            <>
              <span data-kind="output">from models</span>
              <span data-kind="input">from you</span>
            </>
          )}
        </p>
        <button type="button" className="text-button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          {isTable ? <Icon of={ChartColumn} size={15} /> : <Icon of={Table2} size={15} />}
          {isTable ? "As bars" : "As table"}
        </button>
      </div>
      {isTable ? <UsageTable days={days} /> : <Bars days={days} />}
    </>
  );
}

/**
 * A bar of a part of the columns' height. In an SVG a size is an attribute; a style in the page's text would not count.
 */
function Bar({ kind, share }: { kind: "output" | "input"; share: number }) {
  return <svg data-kind={kind} width="100%" height={(share * HEIGHT).toFixed(2)} aria-hidden="true" />;
}

/** As `.usage-columns` has it. */
const HEIGHT = 150;

function Bars({ days }: { days: readonly DayUsage[] }) {
  const [read, setRead] = useState(days.length - 1);
  const most = roundUp(Math.max(...days.map(total), 1));
  const day = days[read];

  function move(event: KeyboardEvent) {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: read - 1,
      ArrowRight: read + 1,
      Home: 0,
      End: days.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setRead(Math.min(days.length - 1, Math.max(0, next)));
  }

  return (
    <div
      className="usage-bars"
      role="slider"
      tabIndex={0}
      aria-label="Usage by day"
      aria-valuemin={1}
      aria-valuemax={days.length}
      aria-valuenow={read + 1}
      aria-valuetext={day && sentence(day)}
      onKeyDown={move}
      dir="ltr"
    >
      <p className="usage-most" aria-hidden="true">
        {formatNumber(most)}
      </p>
      <div className="usage-columns">
        {days.map((one, n) => (
          <div
            key={one.day}
            className="usage-column"
            data-read={n === read || undefined}
            onPointerEnter={() => setRead(n)}
          >
            <Bar kind="output" share={one.output_tokens / most} />
            <Bar kind="input" share={one.input_tokens / most} />
          </div>
        ))}
      </div>
      <p className="usage-read">{day && sentence(day)}</p>
    </div>
  );
}

function sentence({ day, turns, errors, input_tokens, output_tokens }: DayUsage): string {
  const failed = errors > 0 ? `, ${formatNumber(errors)} failed` : "";
  const tokens = `${formatNumber(output_tokens)} tokens from models, ${formatNumber(input_tokens)} from you`;
  return `${formatDate(day)}: ${formatNumber(turns)} ${turns === 1 ? "turn" : "turns"}${failed}, ${tokens}`;
}

/** The next number with one digit and noughts, or half of it. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * unit).find((step) => step >= value) ?? value;
}

function UsageTable({ days }: { days: readonly DayUsage[] }) {
  const used = days.filter((day) => day.turns > 0 || total(day) > 0).reverse();
  return (
    <table className="account-table" data-numbers>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Turns</th>
          <th scope="col">Failed</th>
          <th scope="col">From you</th>
          <th scope="col">From models</th>
        </tr>
      </thead>
      <tbody>
        {used.map((day) => (
          <tr key={day.day}>
            <th scope="row">{formatDate(day.day)}</th>
            <td data-label="Turns">{formatNumber(day.turns)}</td>
            <td data-label="Failed">{formatNumber(day.errors)}</td>
            <td data-label="From you">{formatNumber(day.input_tokens)}</td>
            <td data-label="From models">{formatNumber(day.output_tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

"use client";

import { Check } from "lucide";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { formatNumber } from "../../numbers";
import { Icon } from "../../ui/icon";
import { isTouch } from "../../ui/keys";
import type { PanelProps } from "./picker-props";
import { type Choosable, rowAfter, rowsFor } from "./rows";

/** So few are read at a glance; a field to search them would be in the way. */
const SEARCHED_FROM = 8;

/** A field to search with over a list, in the browser's top layer, which closes it on a press elsewhere. */
export function PickerPanel(props: PanelProps) {
  const { label, plural, groups, chosen, onChoose, onOpen, named, foot, anchor } = props;
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useRows({ groups, named, chosen });
  const { query, rows, items, at, setAt, find } = found;
  const active = items[at];
  const activeId = active && `${id}-${at}`;
  const isSearched = named !== undefined || groups.reduce((sum, group) => sum + group.items.length, 0) >= SEARCHED_FROM;

  usePlace(panel, anchor);
  useInView(activeId);
  useEffect(() => {
    // A finger that has not asked for the keyboard would lose half of the list to it.
    (isSearched && !isTouch() ? field : list).current?.focus({ preventScroll: true });
  }, [isSearched]);

  const close = () => panel.current?.hidePopover();

  function take(item: Choosable) {
    close();
    onChoose(item.id);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const to = rowAfter(event.key, at, items.length);
    if (to !== null) setAt(to);
    else if (event.key === "Enter" && active) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={panel}
      popover="auto"
      role="dialog"
      aria-label={`Choose: ${label}`}
      className="picker-panel"
      onKeyDown={onKeyDown}
      onToggle={(event) => event.newState === "closed" && onOpen(false)}
    >
      {isSearched && (
        <SearchField
          field={field}
          list={`${id}-list`}
          activeId={activeId}
          label={`Find among ${plural}`}
          query={query}
          onQuery={find}
        />
      )}
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        tabIndex={isSearched ? -1 : 0}
        aria-activedescendant={isSearched ? undefined : activeId}
        className="picker-list"
      >
        <Options id={id} label={label} rows={found} chosen={chosen} onTake={take} />
      </div>
      <PanelFoot plural={plural} count={items.length} left={rows.left} words={foot} />
      <span className="sr-only" role="status">
        {query === "" ? "" : `${formatNumber(rows.count)} ${plural}`}
      </span>
    </div>
  );
}

/** What is found with the words of the field, and which of it keys have come to: first what is chosen. */
function useRows({ groups, named, chosen }: Pick<PanelProps, "groups" | "named" | "chosen">) {
  const [query, setQuery] = useState("");
  const free = named?.(query) ?? null;
  const rows = useMemo(() => rowsFor(groups, query), [groups, query]);
  const items = [...rows.groups.flatMap((group) => group.items), ...(free ? [free] : [])];
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      items.findIndex((item) => item.id === chosen),
    ),
  );
  function find(next: string) {
    setQuery(next);
    setAt(0);
  }
  return { query, rows, free, items, at, setAt, find };
}

type OptionsProps = {
  /** Of the panel; with the place of an option after it, that of the option. */
  readonly id: string;
  readonly label: string;
  readonly rows: ReturnType<typeof useRows>;
  readonly chosen: string;
  readonly onTake: (item: Choosable) => void;
};

function Options({ id, label, rows: { rows, free, items, at, setAt }, chosen, onTake }: OptionsProps) {
  const option = (item: Choosable) => (
    <Option
      key={item.id}
      id={`${id}-${items.indexOf(item)}`}
      item={item}
      isActive={item === items[at]}
      isChosen={item.id === chosen}
      onPoint={() => setAt(items.indexOf(item))}
      onTake={() => onTake(item)}
    />
  );
  return (
    <>
      {rows.groups.map(({ title, items: some }) => (
        <OptionGroup key={title} title={title} label={title || label}>
          {some.map(option)}
        </OptionGroup>
      ))}
      {free && option(free)}
    </>
  );
}

type SearchFieldProps = {
  readonly field: RefObject<HTMLInputElement | null>;
  /** The id of the list that it searches. */
  readonly list: string;
  /** The id of the option that keys have come to. */
  readonly activeId: string | undefined;
  readonly label: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
};

function SearchField({ field, list, activeId, label, query, onQuery }: SearchFieldProps) {
  return (
    <input
      ref={field}
      className="picker-search"
      role="combobox"
      aria-expanded="true"
      aria-autocomplete="list"
      aria-controls={list}
      aria-activedescendant={activeId}
      aria-label={label}
      placeholder={label}
      autoComplete="off"
      spellCheck={false}
      enterKeyHint="done"
      value={query}
      onChange={(event) => onQuery(event.currentTarget.value)}
    />
  );
}

type OptionGroupProps = { readonly title: string; readonly label: string; readonly children: ReactNode };

function OptionGroup({ title, label, children }: OptionGroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own.
    <div role="group" aria-label={label}>
      {title !== "" && (
        <div className="picker-title" aria-hidden="true">
          {title}
        </div>
      )}
      {children}
    </div>
  );
}

type PanelFootProps = {
  readonly plural: string;
  /** So many are shown, and so many more there are. */
  readonly count: number;
  readonly left: number;
  readonly words: string | undefined;
};

function PanelFoot({ plural, count, left, words }: PanelFootProps) {
  if (count === 0) return <p className="picker-foot">No {plural} with these words.</p>;
  if (left > 0) return <p className="picker-foot">{formatNumber(left)} more. Write to narrow them down.</p>;
  return words === undefined ? null : <p className="picker-foot">{words}</p>;
}

type OptionProps = {
  readonly id: string;
  readonly item: Choosable;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onTake: () => void;
};

function Option({ id, item, isActive, isChosen, onPoint, onTake }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the field, which points to the option.
    // biome-ignore lint/a11y/useFocusableInteractive: as above.
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      data-active={isActive || undefined}
      className="picker-option"
      onPointerMove={isActive ? undefined : onPoint}
      onClick={onTake}
    >
      <span className="picker-name">
        <bdi>{item.name}</bdi>
        {isChosen && <Icon of={Check} size={15} strokeWidth={1.8} />}
      </span>
      {item.note !== "" && (
        <span className="picker-note">
          <bdi>{item.note}</bdi>
        </span>
      )}
    </div>
  );
}

/** Keeps the option that keys have come to in view. */
function useInView(id: string | undefined): void {
  useLayoutEffect(() => {
    if (id !== undefined) document.getElementById(id)?.scrollIntoView({ block: "nearest" });
  }, [id]);
}

/**
 * Opens the panel where there is more room, over its button or under it, and closes it when the page changes its size.
 */
function usePlace(panel: RefObject<HTMLDivElement | null>, anchor: RefObject<HTMLButtonElement | null>): void {
  useLayoutEffect(() => {
    const element = panel.current;
    const button = anchor.current;
    if (!element || !button) return;
    element.showPopover();
    place(element, button);
    const { innerWidth } = window;
    // A keyboard on the screen changes the height alone.
    const onResize = () => {
      if (window.innerWidth === innerWidth) place(element, button);
      else element.hidePopover();
    };
    window.addEventListener("resize", onResize);
    return () => {
      window.removeEventListener("resize", onResize);
      // While it is still in the page, so that the focus goes back to where it came from.
      if (element.matches(":popover-open")) element.hidePopover();
    };
  }, [panel, anchor]);
}

const GAP = 6;
const EDGE = 12;

function place(panel: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const width = panel.offsetWidth;
  const isRtl = getComputedStyle(button).direction === "rtl";
  const x = isRtl ? right - width : left;
  const above = top - GAP - EDGE;
  const below = window.innerHeight - bottom - GAP - EDGE;
  const isAbove = above >= below;
  panel.style.left = `${Math.round(Math.max(EDGE, Math.min(x, window.innerWidth - width - EDGE)))}px`;
  panel.style.top = isAbove ? "auto" : `${Math.round(bottom + GAP)}px`;
  panel.style.bottom = isAbove ? `${Math.round(window.innerHeight - top + GAP)}px` : "auto";
  panel.style.maxHeight = `${Math.round(Math.max(isAbove ? above : below, 160))}px`;
}

export function Dash() {
  return <span className="dash" aria-hidden="true" />;
}

/** The line along which a segment runs while something works; a word stands beside it when nothing may move. */
export function WorkingDash() {
  return (
    <>
      <span className="working" aria-hidden="true" />
      <span className="working-word" aria-hidden="true">
        working
      </span>
    </>
  );
}

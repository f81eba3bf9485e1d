import { Dash } from "../ui/dash";

export function Wordmark() {
  return (
    <span className="wordmark">
      <Dash />
      Parley
    </span>
  );
}

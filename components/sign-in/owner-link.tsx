import { Dash } from "../ui/dash";

/** Asks whoever has the owner's link to sign in with it. A plain form: it works without a script. */
export function OwnerLink({ token }: { token: string }) {
  return (
    <div className="sign-in">
      <div className="sign-in-column">
        <Dash />
        <h1>Sign in as the owner</h1>
        <p className="sign-in-lead">This signs this browser in. The link works once.</p>
        <form method="post" action="/sign-in/link/enter">
          <input type="hidden" name="token" value={token} />
          <div className="sign-in-actions">
            <button type="submit" className="button" data-kind="primary">
              Sign in
            </button>
          </div>
        </form>
      </div>
    </div>
  );
}

import { Dash } from "../ui/dash";

/**
 * Asks whoever has the owner's link to sign in with it, and who comes without one for what the server takes instead. A
 * plain form: it works without a script.
 */
export function OwnerLink({ token }: { token: string }) {
  const hasLink = token !== "";
  return (
    <div className="sign-in">
      <div className="sign-in-column">
        <Dash />
        <h1>Sign in as the owner</h1>
        <p className="sign-in-lead">
          {hasLink
            ? "This signs this browser in. The link works once."
            : "With the token of a link, or on a deployment that prints none, with the key in PARLEY_API_KEY."}
        </p>
        <form method="post" action="/sign-in/link/enter">
          {hasLink ? <input type="hidden" name="token" value={token} /> : <OwnerSecret />}
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

function OwnerSecret() {
  return (
    <div className="field">
      <label htmlFor="owner-secret">Token or key</label>
      <input id="owner-secret" name="token" type="password" autoComplete="off" required />
    </div>
  );
}

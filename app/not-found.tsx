import { SignInOffer } from "../components/sign-in/sign-in-offer";
import { Dash } from "../components/ui/dash";
import { PageLink } from "../components/ui/page-link";

export default function NotFound() {
  return (
    <div className="page-note">
      <Dash />
      <h1>Nothing is here</h1>
      <p>It was deleted, belongs to somebody else, or never was.</p>
      <div className="page-note-actions">
        <SignInOffer />
        <PageLink href="/" className="button">
          New session
        </PageLink>
      </div>
    </div>
  );
}

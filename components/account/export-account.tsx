/** Everything that the account has made, as one file. */
export function ExportAccount() {
  return (
    <>
      <p className="account-empty">
        One file with a line of JSON for each thing: sessions with every branch, archived ones too, agents, indexes,
        documents, and files with their bytes. Keys, passwords and what other services are reached with are not in it.
      </p>
      <a className="button" href="/api/app/account/export" download>
        Export everything
      </a>
    </>
  );
}

/** The page's frame while a session comes: lines where its rows will stand. */
export function LogSkeleton() {
  return (
    <div className="conversation" aria-busy="true">
      <div className="conversation-head" />
      <div className="scroller">
        <div className="log measure">
          <div className="log-skeleton hairlines" aria-hidden="true">
            <span />
            <span />
            <span />
            <span />
          </div>
          <p className="still-loading mt-6">Still loading</p>
        </div>
      </div>
    </div>
  );
}

/** The page's frame while a session comes: lines where its rows will stand. */
export function LogSkeleton() {
  return (
    <div className="conversation" aria-busy="true">
      <div className="conversation-head" />
      <div className="scroller">
        <div className="log measure">
          <div className="log-skeleton hairlines" aria-hidden="true">
            {[120, 42, 43, 160].map((height) => (
              <span key={height} style={{ blockSize: height }} />
            ))}
          </div>
          <p className="still-loading mt-6">Still loading</p>
        </div>
      </div>
    </div>
  );
}

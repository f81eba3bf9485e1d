import { dropDrafts } from "../conversation/draft";
import { notify } from "../ui/notify";

/** Signs the person out of this browser, and takes along what they had typed. What they deleted is deleted before. */
export async function leave(): Promise<void> {
  try {
    const { tellDeletions } = await import("../sidebar/pending-deletions");
    await tellDeletions();
    const { signOut } = await import("next-auth/react");
    // The server would send the browser to the one address of its settings; people may have come by another.
    await signOut({ redirect: false });
  } catch {
    return void notify({ text: "You are not signed out: the server could not be reached. Try again." });
  }
  dropDrafts();
  window.location.assign("/");
}

// npm run test:container -- [--quick]: does what the Dockerfile says, without Docker, in folders that are roots of
// their own (Linux, as root), then runs the image: its size, what it holds, how fast it is healthy on a read-only root,
// and what becomes of it when it is killed, stopped in the middle of a turn, and started under other names. With
// --quick it takes the packages that are installed here instead of installing them. Ends with 1 where something does
// not hold.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkContents } from "./container/contents.ts";
import { buildImage } from "./container/image.ts";
import { checkLife } from "./container/life.ts";
import { checkMany } from "./container/many.ts";
import { openReport } from "./container/report.ts";
import { hasRooms } from "./container/room.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
if (!hasRooms()) {
  console.error("This needs Linux, its unshare and setpriv, and root, to mount folders for a container.");
  process.exit(1);
}
keepTemporaryFiles("container");
const root = join(import.meta.dirname, "..");
const { report, failures } = openReport();
const image = buildImage(root, values.quick ? join(root, "node_modules") : null);
checkContents(image, report);
await checkLife(image, report);
await checkMany(root, image, report);
console.log(failures() === 0 ? "\nEverything holds" : `\n${failures()} do not hold`);
// A database server that was stopped sets a code of its own.
process.exit(failures() === 0 ? 0 : 1);

-- AlterTable
ALTER TABLE "Message" DROP COLUMN "searchText";

-- AlterTable
ALTER TABLE "Run" DROP COLUMN "keep",
DROP COLUMN "onHangUp",
ADD COLUMN     "plan" JSON,
ADD COLUMN     "policy" JSON;

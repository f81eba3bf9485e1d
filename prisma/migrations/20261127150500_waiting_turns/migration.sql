-- CreateTable
CREATE TABLE "WaitingTurn" (
    "place" BIGSERIAL NOT NULL,
    "sessionId" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "leaseUntil" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "WaitingTurn_pkey" PRIMARY KEY ("place")
);

-- CreateIndex
CREATE INDEX "WaitingTurn_sessionId_place_idx" ON "WaitingTurn"("sessionId", "place");

-- AddForeignKey
ALTER TABLE "WaitingTurn" ADD CONSTRAINT "WaitingTurn_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

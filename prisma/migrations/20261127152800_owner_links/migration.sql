-- CreateTable
CREATE TABLE "OwnerLink" (
    "hash" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OwnerLink_pkey" PRIMARY KEY ("hash")
);

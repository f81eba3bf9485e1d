-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Account" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "email" TEXT,
    "passwordHash" TEXT,
    "tokenVersion" INTEGER NOT NULL DEFAULT 0,
    "isOwner" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Identity" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "agentId" UUID,
    "hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Project" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "canonicalName" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Index" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Index_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Agent" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "canonicalName" TEXT NOT NULL,
    "slug" TEXT,
    "about" TEXT NOT NULL DEFAULT '',
    "instructions" TEXT[],
    "model" TEXT NOT NULL DEFAULT '',
    "settings" JSON,
    "systemTemplate" TEXT NOT NULL,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "isPublic" BOOLEAN NOT NULL DEFAULT false,
    "allowCallerSystem" BOOLEAN NOT NULL DEFAULT false,
    "sessionTtlSeconds" INTEGER,
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Tool" (
    "id" UUID NOT NULL,
    "agentId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "description" TEXT,
    "spec" JSON,
    "position" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Tool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "about" TEXT NOT NULL DEFAULT '',
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "origin" TEXT NOT NULL,
    "situation" TEXT,
    "systemTemplate" TEXT,
    "renderTemplates" BOOLEAN NOT NULL DEFAULT true,
    "tokenBudget" INTEGER,
    "contextOverflow" TEXT,
    "autoRunTools" BOOLEAN NOT NULL DEFAULT false,
    "forwardToolCalls" BOOLEAN NOT NULL DEFAULT false,
    "recallOptions" JSONB,
    "metadata" JSONB,
    "sharedAccess" TEXT NOT NULL DEFAULT 'read_only',
    "title" TEXT,
    "titleSource" TEXT NOT NULL DEFAULT 'none',
    "pinned" BOOLEAN NOT NULL DEFAULT false,
    "archived" BOOLEAN NOT NULL DEFAULT false,
    "indexesLockedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "activeBranchId" UUID NOT NULL,
    "lastRunId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SessionAgent" (
    "sessionId" UUID NOT NULL,
    "agentId" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "SessionAgent_pkey" PRIMARY KEY ("sessionId","agentId")
);

-- CreateTable
CREATE TABLE "SessionUser" (
    "sessionId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "SessionUser_pkey" PRIMARY KEY ("sessionId","userId")
);

-- CreateTable
CREATE TABLE "SessionIndex" (
    "sessionId" UUID NOT NULL,
    "indexId" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "SessionIndex_pkey" PRIMARY KEY ("sessionId","indexId")
);

-- CreateTable
CREATE TABLE "AgentIndex" (
    "agentId" UUID NOT NULL,
    "indexId" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "AgentIndex_pkey" PRIMARY KEY ("agentId","indexId")
);

-- CreateTable
CREATE TABLE "Branch" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "parentId" UUID,
    "forkPosition" INTEGER NOT NULL DEFAULT -1,
    "path" JSON NOT NULL,
    "nextPosition" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Branch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Message" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "branchId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "runId" UUID,
    "agentId" UUID,
    "role" TEXT NOT NULL,
    "name" TEXT,
    "source" TEXT NOT NULL,
    "parts" JSON NOT NULL,
    "model" TEXT,
    "tokenCount" INTEGER,
    "tokenizer" TEXT,
    "searchText" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Summary" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "branchId" UUID NOT NULL,
    "uptoPosition" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "tokenCount" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Summary_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "sessionId" UUID,
    "branchId" UUID,
    "agentId" UUID,
    "dialect" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "stores" BOOLEAN NOT NULL,
    "keep" TEXT NOT NULL,
    "onHangUp" TEXT NOT NULL,
    "input" JSON,
    "context" JSON,
    "settings" JSON,
    "endUserHash" TEXT,
    "requestKey" TEXT,
    "requestHash" TEXT,
    "usage" JSONB,
    "usageEstimated" BOOLEAN NOT NULL DEFAULT false,
    "durationMs" INTEGER,
    "steps" INTEGER NOT NULL DEFAULT 0,
    "finishReason" TEXT,
    "error" JSONB,
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "stopRequestedAt" TIMESTAMPTZ(3),
    "output" JSON,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunEvent" (
    "runId" UUID NOT NULL,
    "seqFrom" INTEGER NOT NULL,
    "seqTo" INTEGER NOT NULL,
    "events" JSON NOT NULL,

    CONSTRAINT "RunEvent_pkey" PRIMARY KEY ("runId","seqFrom")
);

-- CreateTable
CREATE TABLE "Doc" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "agentId" UUID,
    "userId" UUID,
    "indexId" UUID,
    "sessionId" UUID,
    "fileId" UUID,
    "title" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "language" TEXT,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "metadata" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Doc_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DocChunk" (
    "id" UUID NOT NULL,
    "docId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "content" TEXT NOT NULL,
    "pageFrom" INTEGER,
    "pageTo" INTEGER,
    "startChar" INTEGER,
    "endChar" INTEGER,

    CONSTRAINT "DocChunk_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "File" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "File_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FileBytes" (
    "fileId" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "FileBytes_pkey" PRIMARY KEY ("fileId","n")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "sessionId" UUID,
    "docId" UUID,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT NOT NULL DEFAULT '',
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Identity_accountId_idx" ON "Identity"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "Identity_provider_subject_key" ON "Identity"("provider", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");

-- CreateIndex
CREATE INDEX "ApiKey_accountId_createdAt_id_idx" ON "ApiKey"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "ApiKey_agentId_idx" ON "ApiKey"("agentId");

-- CreateIndex
CREATE UNIQUE INDEX "Project_accountId_canonicalName_key" ON "Project"("accountId", "canonicalName");

-- CreateIndex
CREATE INDEX "Index_accountId_createdAt_id_idx" ON "Index"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Index_projectId_idx" ON "Index"("projectId");

-- CreateIndex
CREATE UNIQUE INDEX "Agent_slug_key" ON "Agent"("slug");

-- CreateIndex
CREATE INDEX "Agent_accountId_createdAt_id_idx" ON "Agent"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Agent_accountId_updatedAt_id_idx" ON "Agent"("accountId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "Agent_projectId_idx" ON "Agent"("projectId");

-- CreateIndex
CREATE UNIQUE INDEX "Tool_agentId_name_key" ON "Tool"("agentId", "name");

-- CreateIndex
CREATE INDEX "User_accountId_createdAt_id_idx" ON "User"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "User_accountId_updatedAt_id_idx" ON "User"("accountId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "User_projectId_idx" ON "User"("projectId");

-- CreateIndex
CREATE INDEX "Session_accountId_projectId_updatedAt_id_idx" ON "Session"("accountId", "projectId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "Session_accountId_updatedAt_id_idx" ON "Session"("accountId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "Session_accountId_createdAt_id_idx" ON "Session"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Session_metadata_idx" ON "Session" USING GIN ("metadata");

-- CreateIndex
CREATE INDEX "Session_lastRunId_idx" ON "Session"("lastRunId");

-- CreateIndex
CREATE INDEX "Session_projectId_idx" ON "Session"("projectId");

-- CreateIndex
CREATE INDEX "SessionAgent_agentId_idx" ON "SessionAgent"("agentId");

-- CreateIndex
CREATE INDEX "SessionUser_userId_idx" ON "SessionUser"("userId");

-- CreateIndex
CREATE INDEX "SessionIndex_indexId_idx" ON "SessionIndex"("indexId");

-- CreateIndex
CREATE INDEX "AgentIndex_indexId_idx" ON "AgentIndex"("indexId");

-- CreateIndex
CREATE INDEX "Branch_sessionId_forkPosition_idx" ON "Branch"("sessionId", "forkPosition");

-- CreateIndex
CREATE INDEX "Branch_parentId_idx" ON "Branch"("parentId");

-- CreateIndex
CREATE INDEX "Message_sessionId_idx" ON "Message"("sessionId");

-- CreateIndex
CREATE INDEX "Message_runId_idx" ON "Message"("runId");

-- CreateIndex
CREATE INDEX "Message_agentId_idx" ON "Message"("agentId");

-- CreateIndex
CREATE UNIQUE INDEX "Message_branchId_position_key" ON "Message"("branchId", "position");

-- CreateIndex
CREATE INDEX "Summary_sessionId_createdAt_idx" ON "Summary"("sessionId", "createdAt");

-- CreateIndex
CREATE INDEX "Summary_branchId_idx" ON "Summary"("branchId");

-- CreateIndex
CREATE INDEX "Run_sessionId_createdAt_idx" ON "Run"("sessionId", "createdAt");

-- CreateIndex
CREATE INDEX "Run_accountId_createdAt_idx" ON "Run"("accountId", "createdAt");

-- CreateIndex
CREATE INDEX "Run_branchId_idx" ON "Run"("branchId");

-- CreateIndex
CREATE INDEX "Run_agentId_idx" ON "Run"("agentId");

-- CreateIndex
CREATE UNIQUE INDEX "Run_accountId_dialect_requestKey_key" ON "Run"("accountId", "dialect", "requestKey");

-- CreateIndex
CREATE INDEX "Doc_accountId_createdAt_id_idx" ON "Doc"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Doc_fileId_idx" ON "Doc"("fileId");

-- CreateIndex
CREATE UNIQUE INDEX "Doc_agentId_title_contentHash_key" ON "Doc"("agentId", "title", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "Doc_userId_title_contentHash_key" ON "Doc"("userId", "title", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "Doc_indexId_title_contentHash_key" ON "Doc"("indexId", "title", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "Doc_sessionId_title_contentHash_key" ON "Doc"("sessionId", "title", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "DocChunk_docId_position_key" ON "DocChunk"("docId", "position");

-- CreateIndex
CREATE UNIQUE INDEX "File_accountId_hash_key" ON "File"("accountId", "hash");

-- CreateIndex
CREATE INDEX "Job_accountId_createdAt_id_idx" ON "Job"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Job_sessionId_idx" ON "Job"("sessionId");

-- CreateIndex
CREATE INDEX "Job_docId_idx" ON "Job"("docId");

-- AddForeignKey
ALTER TABLE "Identity" ADD CONSTRAINT "Identity_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Project" ADD CONSTRAINT "Project_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Index" ADD CONSTRAINT "Index_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Index" ADD CONSTRAINT "Index_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Agent" ADD CONSTRAINT "Agent_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Agent" ADD CONSTRAINT "Agent_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tool" ADD CONSTRAINT "Tool_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "User" ADD CONSTRAINT "User_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "User" ADD CONSTRAINT "User_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_lastRunId_fkey" FOREIGN KEY ("lastRunId") REFERENCES "Run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionAgent" ADD CONSTRAINT "SessionAgent_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionAgent" ADD CONSTRAINT "SessionAgent_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionUser" ADD CONSTRAINT "SessionUser_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionUser" ADD CONSTRAINT "SessionUser_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionIndex" ADD CONSTRAINT "SessionIndex_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionIndex" ADD CONSTRAINT "SessionIndex_indexId_fkey" FOREIGN KEY ("indexId") REFERENCES "Index"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AgentIndex" ADD CONSTRAINT "AgentIndex_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AgentIndex" ADD CONSTRAINT "AgentIndex_indexId_fkey" FOREIGN KEY ("indexId") REFERENCES "Index"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Branch" ADD CONSTRAINT "Branch_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Branch" ADD CONSTRAINT "Branch_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Branch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_branchId_fkey" FOREIGN KEY ("branchId") REFERENCES "Branch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Summary" ADD CONSTRAINT "Summary_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Summary" ADD CONSTRAINT "Summary_branchId_fkey" FOREIGN KEY ("branchId") REFERENCES "Branch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_branchId_fkey" FOREIGN KEY ("branchId") REFERENCES "Branch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunEvent" ADD CONSTRAINT "RunEvent_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "Agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_indexId_fkey" FOREIGN KEY ("indexId") REFERENCES "Index"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_fileId_fkey" FOREIGN KEY ("fileId") REFERENCES "File"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocChunk" ADD CONSTRAINT "DocChunk_docId_fkey" FOREIGN KEY ("docId") REFERENCES "Doc"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "File" ADD CONSTRAINT "File_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FileBytes" ADD CONSTRAINT "FileBytes_fileId_fkey" FOREIGN KEY ("fileId") REFERENCES "File"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_docId_fkey" FOREIGN KEY ("docId") REFERENCES "Doc"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand, from here on: what the schema language cannot say.

-- Accounts and names
CREATE UNIQUE INDEX "Account_email_key" ON "Account" (lower("email"));
CREATE UNIQUE INDEX "Account_one_owner" ON "Account" ("isOwner") WHERE "isOwner";
ALTER TABLE "Account" ADD CONSTRAINT "Account_kind_check" CHECK ("kind" IN ('guest', 'person'));
CREATE UNIQUE INDEX "Project_one_default" ON "Project" ("accountId") WHERE "isDefault";
CREATE UNIQUE INDEX "Agent_canonicalName_key" ON "Agent" ("accountId", lower("canonicalName"));
CREATE UNIQUE INDEX "Agent_one_default" ON "Agent" ("accountId") WHERE "isDefault";
ALTER TABLE "Agent" ADD CONSTRAINT "Agent_slug_check" CHECK ("slug" ~ '^[a-z0-9][a-z0-9-]{1,62}$');

-- Sessions
ALTER TABLE "Session" ADD CONSTRAINT "Session_titleSource_check"
  CHECK ("titleSource" IN ('none', 'fallback', 'model', 'person'));
ALTER TABLE "Session" ADD CONSTRAINT "Session_contextOverflow_check"
  CHECK ("contextOverflow" IN ('truncate', 'adaptive'));
ALTER TABLE "Session" ADD CONSTRAINT "Session_tokenBudget_check" CHECK ("tokenBudget" >= 1);
CREATE INDEX "Session_pinned_idx" ON "Session" ("accountId", "updatedAt", "id") WHERE "pinned";

-- Messages
ALTER TABLE "Message" ADD CONSTRAINT "Message_role_check" CHECK ("role" IN ('system', 'user', 'assistant', 'tool'));
ALTER TABLE "Message" ADD CONSTRAINT "Message_position_check" CHECK ("position" >= 0);
CREATE INDEX "Message_search_idx" ON "Message" USING GIN (to_tsvector('simple', "searchText"));
CREATE INDEX "DocChunk_search_idx" ON "DocChunk" USING GIN (to_tsvector('simple', "content"));

-- Runs: at most one run of a session that stores is running.
ALTER TABLE "Run" ADD CONSTRAINT "Run_status_check"
  CHECK ("status" IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted'));
ALTER TABLE "Run" ADD CONSTRAINT "Run_keep_check" CHECK ("keep" IN ('all', 'streamed', 'nothing'));
ALTER TABLE "Run" ADD CONSTRAINT "Run_onHangUp_check" CHECK ("onHangUp" IN ('go-on', 'cancel'));
ALTER TABLE "Run" ADD CONSTRAINT "Run_lease_check"
  CHECK ("status" <> 'running' OR ("leaseOwner" IS NOT NULL AND "leaseUntil" IS NOT NULL));
CREATE UNIQUE INDEX "Run_one_running" ON "Run" ("sessionId") WHERE "status" = 'running' AND "stores";
CREATE INDEX "Run_queued_idx" ON "Run" ("sessionId", "createdAt", "id") WHERE "status" = 'queued';
CREATE INDEX "Run_lease_idx" ON "Run" ("leaseUntil") WHERE "status" = 'running';
CREATE INDEX "Run_ended_idx" ON "Run" ("endedAt") WHERE "endedAt" IS NOT NULL;
ALTER TABLE "RunEvent" ADD CONSTRAINT "RunEvent_seq_check" CHECK ("seqFrom" >= 1 AND "seqTo" >= "seqFrom");

-- Docs belong to exactly one owner.
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_one_owner_check"
  CHECK (num_nonnulls("agentId", "userId", "indexId", "sessionId") = 1);
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_state_check" CHECK ("state" IN ('pending', 'ready', 'failed'));

-- Jobs
ALTER TABLE "Job" ADD CONSTRAINT "Job_state_check"
  CHECK ("state" IN ('pending', 'in_progress', 'retrying', 'succeeded', 'aborted', 'failed'));
ALTER TABLE "Job" ADD CONSTRAINT "Job_progress_check" CHECK ("progress" BETWEEN 0 AND 100);
CREATE INDEX "Job_lease_idx" ON "Job" ("leaseUntil") WHERE "state" IN ('in_progress', 'retrying');

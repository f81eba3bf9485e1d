FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/generate.ts scripts/generate.ts
COPY scripts/drawing scripts/drawing
COPY prisma prisma
COPY prisma.config.ts ./
RUN npm ci
COPY . .
RUN node scripts/build.ts --image

FROM node:24-bookworm-slim
WORKDIR /app
# Two arenas for what is allocated: more of them keep some 20 MB that nobody uses. 16 MB for what was just made: see
# scripts/start.mjs. Docker kills ten seconds after it asks to stop.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data MALLOC_ARENA_MAX=2 NODE_OPTIONS=--max-semi-space-size=16 STOP_SECONDS=9
# It stays root's: the server writes in /data and /tmp alone.
COPY --from=build /app/.next/image ./
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --start-interval=1s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "scripts/start.mjs"]

# Pidge in one image: TypeScript runs from source, only the console's pages are built. Only /data is written.
FROM node:24.21.0-slim AS console

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-update-notifier
COPY scripts ./scripts
COPY src ./src
RUN node scripts/build-console.js --force

FROM node:24.21.0-slim

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-update-notifier && npm cache clean --force
COPY scripts ./scripts
COPY src ./src
COPY LICENSE ./
COPY --from=console /app/dist ./dist
RUN ln -s /app/scripts/pidge.js /usr/local/bin/pidge && install -d -o 10001 -g 10001 -m 700 /data

# SQLite's temporary files too: the root may be read-only.
ENV NODE_ENV=production \
    TMPDIR=/data \
    PIDGE_MODE=serve \
    PIDGE_DATA=/data \
    PIDGE_HTTP_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 7670
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["pidge", "ready", "--url", "http://127.0.0.1:7670"]
ENTRYPOINT ["pidge"]
CMD ["serve"]

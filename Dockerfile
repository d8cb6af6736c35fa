# The web app is built with all packages; what runs has only those it needs.
FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc* ./
COPY web/package.json web/
RUN npm ci
COPY . .
RUN npm run build

FROM node:26-bookworm-slim
WORKDIR /app
# The key of stored sign-ins lies apart from the data, so that a copy of the one is of no use without the other.
ENV NODE_ENV=production ASHFORD_APP__ENV=prod ASHFORD_PATHS__DATA_DIR=/data \
    ASHFORD_AUTH__ENCRYPTION_KEY_FILE=/keys/encryption.key
COPY package.json package-lock.json .npmrc* ./
COPY web/package.json web/
# The image has a Node of its own, so that the packages which bring one are left out.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY bin bin
COPY src src
COPY demo demo
COPY --from=build /app/web/build web/build
RUN mkdir /data /keys && chown node:node /data /keys && chmod 700 /keys
USER node
VOLUME /data /keys
EXPOSE 17800
ENTRYPOINT ["node", "bin/ashford.mjs"]
CMD ["start"]

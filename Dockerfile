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
ENV NODE_ENV=production ASHFORD_APP__ENV=prod ASHFORD_PATHS__DATA_DIR=/data
COPY package.json package-lock.json .npmrc* ./
COPY web/package.json web/
# The image has a Node of its own, so that the packages which bring one are left out.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY bin bin
COPY src src
COPY demo demo
COPY --from=build /app/web/build web/build
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 17800
ENTRYPOINT ["node", "bin/ashford.mjs"]
CMD ["start"]

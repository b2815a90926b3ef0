# syntax=docker/dockerfile:1
# A small image of one program: built with everything, run with nothing but it, not as root.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# What was built stays in the cache from one build to the next; the lock file says what is built.
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY migrations migrations
COPY dialogues dialogues
COPY locales locales
COPY assets assets
COPY benches benches
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin pixelai && cp target/release/pixelai /pixelai

# Holds the certificates of the world and a user without rights, but no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /pixelai /usr/local/bin/pixelai
USER nonroot
WORKDIR /home/nonroot
ENV HTTP_ADDR=0.0.0.0:8080 LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["/usr/local/bin/pixelai", "health"]
ENTRYPOINT ["/usr/local/bin/pixelai"]
CMD ["run"]

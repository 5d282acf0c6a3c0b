# syntax=docker/dockerfile:1

# Both stages are of one Debian release, so that the C library that the program was linked with is the one it finds.
FROM rust:1.95.0-slim-trixie AS builder
WORKDIR /build

# The dependencies alone, with an empty program in the place of ours: a layer that lasts until Cargo.lock changes.
COPY Cargo.toml Cargo.lock build.rs ./
RUN mkdir src && touch src/lib.rs && echo 'fn main() {}' > src/main.rs && cargo build --release --locked --bin auxcord

# The program. Files come with the times of the machine they come from, which may lie before those of the empty ones.
COPY config.default.toml ./
COPY migrations migrations
COPY templates templates
COPY src src
RUN touch build.rs src/lib.rs src/main.rs && cargo build --release --locked --bin auxcord

# What the next stage takes over, in a tree of its own: that stage has no shell to make a folder with.
RUN mkdir -p image/data image/usr/local/bin && cp target/release/auxcord image/usr/local/bin/auxcord

# glibc, libgcc and root certificates; no shell, no package manager, and by default a user who is not root.
FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="auxcord" \
      org.opencontainers.image.description="A self-hosted, multi-user Spotify server for AI assistants (Model Context Protocol)" \
      org.opencontainers.image.licenses="MIT"
COPY --from=builder --chown=0:0 /build/image/usr/local/bin/auxcord /usr/local/bin/auxcord
COPY --from=builder --chown=65532:65532 /build/image/data /data

# The default database, sqlite://auxcord.db, is relative: it comes to lie here, the only place that is written to.
WORKDIR /data
VOLUME /data
USER 65532:65532

# Faces others, so it refuses to start without a keyring, a Spotify app and an https origin.
ENV ENVIRONMENT=prod HOST=0.0.0.0 PORT=8001
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/auxcord", "health"]
ENTRYPOINT ["/usr/local/bin/auxcord"]
CMD ["serve"]

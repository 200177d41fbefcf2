# syntax=docker/dockerfile:1
# An image with one static binary in it: no shell, no package manager, no root.
#
#   docker build --build-arg GATECRAWL_COMMIT="$(git rev-parse --short HEAD)" -t gatecrawl .
#   docker run -d --name gatecrawl -p 127.0.0.1:8502:8502 -v gatecrawl:/var/lib/gatecrawl gatecrawl
#   docker logs gatecrawl                # the link that makes the first account

FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base
WORKDIR /src
COPY . .
# Git's history is not in the build's context; without these the version names no commit.
ARG GATECRAWL_COMMIT=""
ARG GATECRAWL_COMMIT_DATE=""
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin gatecrawl \
    && install -D target/release/gatecrawl /out/gatecrawl \
    && install -d -m 0700 /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/gatecrawl /usr/bin/gatecrawl
COPY --from=build --chown=65532:65532 /out/data /var/lib/gatecrawl
USER 65532:65532
ENV GATECRAWL_DATA=/var/lib/gatecrawl
# Inside the container; which addresses of the host lead here is said by `docker run -p`.
ENV GATECRAWL_LISTEN=0.0.0.0:8502
VOLUME /var/lib/gatecrawl
EXPOSE 8502
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=25s --start-period=60s --retries=3 CMD ["/usr/bin/gatecrawl", "health"]
ENTRYPOINT ["/usr/bin/gatecrawl"]
CMD ["serve"]

# forenotice in a container: built from this repository, run as nobody in particular.
#   docker build -t forenotice .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin forenotice

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/forenotice --create-home forenotice
COPY --from=build /src/target/release/forenotice /usr/local/bin/forenotice
USER forenotice
WORKDIR /var/lib/forenotice
ENV FORENOTICE_CONFIG=/etc/forenotice/forenotice.toml
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/forenotice"]
CMD ["serve"]

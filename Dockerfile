# The suite in an image of its own: one static binary, no shell, no root.
#
#   docker build -t kmsconform .
#   docker run --rm --network host -v "$PWD/report:/report" --user "$(id -u):$(id -g)" \
#     kmsconform run --endpoint http://127.0.0.1:4566 --report /report
#
# Building it fetches Go modules. Where the build has no network, `make image` builds the binary outside and packs it with
# Dockerfile.prebuilt.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o /out/kmsconform ./runner/kmsconform \
 && mkdir /out/report

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/kmsconform /kmsconform
COPY --from=build --chown=65532:65532 /out/report /report
USER 65532:65532
WORKDIR /report
VOLUME /report
ENTRYPOINT ["/kmsconform"]
CMD ["run", "--report", "/report"]

FROM python:3.13-slim AS build

# Filled from outside, so that it holds what is locked and nothing else.
RUN python -m venv --without-pip /opt/justkalm
WORKDIR /src
COPY requirements.lock ./
RUN python -m pip --python /opt/justkalm/bin/python install --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY monitor ./monitor
COPY storage ./storage
COPY exporter ./exporter
RUN python -m pip --python /opt/justkalm/bin/python install --no-cache-dir --disable-pip-version-check \
    --no-deps .


FROM python:3.13-slim

LABEL org.opencontainers.image.title="justkalm-monitor" \
      org.opencontainers.image.description="Synthetic monitor that watches JustKalm, decides what is wrong, and tells the truth about it" \
      org.opencontainers.image.version="0.1.0"

# A fixed uid, so that a volume's owner is the same on every host; a new named volume takes over the owner of /data.
RUN groupadd --gid 10001 justkalm \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin justkalm \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data

COPY --from=build /opt/justkalm /opt/justkalm
COPY probes.yaml /etc/justkalm/probes.yaml

# Bytecode was compiled with the installation: the root filesystem may be read-only.
ENV PATH=/opt/justkalm/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    JUSTKALM_CONFIG=/etc/justkalm/probes.yaml \
    JUSTKALM_DATA=/data \
    JUSTKALM_LISTEN=0.0.0.0:8080

USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["justkalm-monitor", "health"]

# Exec form: the daemon is process 1 and gets the signals itself.
ENTRYPOINT ["justkalm-monitor"]
CMD ["run"]

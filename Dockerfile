# One image for every process of the service; docker-compose.yml says which command each runs.
#
#   docker build --tag demarche .

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/demarche
ENV PATH=/opt/demarche/bin:$PATH
WORKDIR /src
# What changes seldom comes first: a change of our own code does not install spaCy again.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY worker worker
COPY tasks tasks
# Build isolation would fetch a setuptools that no hash pins; the venv's own is used.
RUN pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 demarche \
 && useradd --uid 10001 --gid demarche --home-dir /data --create-home --shell /usr/sbin/nologin demarche
COPY --from=build /opt/demarche /opt/demarche
WORKDIR /srv/demarche
COPY seeds seeds
ENV PATH=/opt/demarche/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEMARCHE_DATA_DIR=/data \
    DEMARCHE_LOG_FORMAT=json
USER demarche
# Celery's workers and beat end in order on SIGTERM: 10 s is the promise of the service.
STOPSIGNAL SIGTERM
# Is Redis there? Each service of docker-compose.yml asks after its own role instead.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["demarche", "health", "redis"]
ENTRYPOINT ["demarche"]
CMD ["--help"]

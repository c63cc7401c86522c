# syntax=docker/dockerfile:1
# Two stages: the first has pip and the build backend, the second only what serves.
# In production give the image with its digest: --build-arg PYTHON_IMAGE=python:3.11-slim-trixie@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim-trixie

FROM ${PYTHON_IMAGE} AS build
WORKDIR /source
# Before the sources, so that a change of code does not install everything again.
# An index of your own comes as a secret, which stays out of the layers:
#   docker build --secret id=pip_conf,src=pip.conf .
COPY requirements/build.txt requirements/run.txt requirements/
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    # The served environment gets no pip: nothing can be installed into it later.
    && python -m venv --without-pip /opt/shanhai \
    && /opt/build/bin/pip --python /opt/shanhai/bin/python \
        install --no-cache-dir --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY service service
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/pip --python /opt/shanhai/bin/python \
        install --no-cache-dir --no-deps --no-index /wheels/shanhai-*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="shanhai" \
      org.opencontainers.image.description="Matches investment projects with partner places and says why not" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin shanhai \
    && install --directory --owner shanhai --group shanhai --mode 0700 /data
# The same path as in the first stage: an environment's scripts name it.
COPY --from=build /opt/shanhai /opt/shanhai
ENV PATH=/opt/shanhai/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SHANHAI_HOST=0.0.0.0 \
    SHANHAI_PORT=8000 \
    SHANHAI_DATA_DIR=/data \
    NUMBA_CACHE_DIR=/data/kernel
WORKDIR /data
VOLUME /data
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
# http.client, because urllib would ask a proxy named in the environment for 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['SHANHAI_PORT']), timeout=4); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
# `exec`: the server is process 1 and gets the signal that asks it to finish.
CMD ["sh", "-c", "shanhai migrate && exec shanhai serve"]

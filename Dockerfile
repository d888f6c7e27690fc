# syntax=docker/dockerfile:1
# An image of faceless: the API by default, a worker with the command `worker`.
#
#   docker build -t faceless .
#   docker build -t faceless --build-arg EXTRAS= .     without the voice, and without GPL code
#   docker build -t faceless --build-arg PYTHON=3.13 . on another Python: 3.11, 3.12 or 3.13
#
# With the extra `voice` it contains piper-tts (GPL-3): whoever passes the image on has to meet
# the GPL for it. See "Licences" in README.md.

ARG PYTHON=3.11

# -- what everything is built with ----------------------------------------------------------------
FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src

# -- dependencies: a layer that only changes with pyproject.toml and constraints.txt ---------------
FROM build AS dependencies
ARG EXTRAS=voice
COPY pyproject.toml constraints.txt ./
RUN python -m venv /opt/faceless \
    && EXTRAS="$EXTRAS" python -c "import os, tomllib; \
project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
extras = filter(None, os.environ['EXTRAS'].split(',')); \
print(*project['dependencies'], sep='\n'); \
[print(*project['optional-dependencies'][extra], sep='\n') for extra in extras]" > requirements.txt \
    && /opt/faceless/bin/pip install -c constraints.txt -r requirements.txt

# -- the project's own code, as a wheel -----------------------------------------------------------
FROM build AS wheel
COPY pyproject.toml constraints.txt README.md LICENSE CHANGELOG.md ./
COPY app app
COPY domain domain
COPY adapters adapters
RUN PIP_CONSTRAINT=constraints.txt pip wheel --no-deps --wheel-dir /wheels .

# -- what runs ------------------------------------------------------------------------------------
FROM python:${PYTHON}-slim-bookworm
RUN groupadd --gid 10001 faceless \
    && useradd --uid 10001 --gid faceless --home-dir /data --shell /usr/sbin/nologin faceless \
    && install --directory --owner=faceless --group=faceless /data
COPY --from=dependencies /opt/faceless /opt/faceless
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    /opt/faceless/bin/pip install --no-cache-dir --no-index --no-deps /wheels/*.whl

ENV PATH=/opt/faceless/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    AUTH=required \
    LOG_FORMAT=json
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health/ready', timeout=4)"]
ENTRYPOINT ["faceless"]
CMD ["serve"]

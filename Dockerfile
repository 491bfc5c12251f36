# The image of every own program in docker-compose.yml. Versions of Python packages are pinned by hash in the lock;
# docs/adr/0067 says how the base image's digest is added.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.lock .
RUN pip install --require-hashes --no-deps -r requirements.lock

# Folders of named volumes: an empty volume takes over the owner it finds here.
RUN install -d -o 10001 -g 10001 /var/lib/medixain /var/lib/medixain/geth /var/lib/medixain/consensus

COPY . .
RUN python -m compileall -q consensus contracts/bindings contracts/deploy engines keymgmt medixain records wallets

USER 10001:10001

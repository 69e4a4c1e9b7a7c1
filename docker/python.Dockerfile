# A Python worker. WORKER: training, nari-dia, zonos or tortoise; its packages are those of python/requirements.
#   docker build -f docker/python.Dockerfile --build-arg WORKER=nari-dia .
# The packages bring CUDA's libraries; the machine brings the driver, and the container toolkit hands the GPU in.
FROM python:3.11-slim
ARG WORKER=training
# Zonos is on no registry, and phonemizes with espeak-ng.
ARG ZONOS_COMMIT=bc40d98e1e1ab54fc65c483be127a90e3c7c0645
WORKDIR /workers
COPY python/requirements requirements
RUN pip install --no-cache-dir -r requirements/${WORKER}.txt boto3 \
 && if [ "$WORKER" = zonos ]; then \
      apt-get update && apt-get install -y --no-install-recommends espeak-ng git && rm -rf /var/lib/apt/lists/* \
      && pip install --no-cache-dir "git+https://github.com/Zyphra/Zonos@${ZONOS_COMMIT}"; \
    fi
COPY python/pyproject.toml .
COPY python/voicebot_workers voicebot_workers
RUN pip install --no-cache-dir --no-deps .
USER 65534:65534
ENV HOME=/tmp
ENTRYPOINT ["voicebot-workers"]

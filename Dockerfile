# JupyterLab with the package, for one student or, behind a JupyterHub, for many.
#   docker build -t dgm-lessons .        with --build-arg TORCH_INDEX=ADDRESS for PyTorch's CPU wheels
#   docker run --rm -p 8888:8888 -v "$PWD/_build/editions/student:/home/student/work" dgm-lessons
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY dgm_lessons dgm_lessons
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
# nbgitpuller brings the notebooks with git.
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch
COPY --from=wheel /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl jupyterlab jupyterhub nbgitpuller && rm -rf /wheels

RUN useradd --create-home --uid 1000 student
USER student
WORKDIR /home/student
ENV OMP_NUM_THREADS=1
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]

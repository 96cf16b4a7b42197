"""Logs in, creates a patient, uploads a study and downloads its models with the generated client of Python."""

import os
import time
from pathlib import Path

from som3d import AuthenticatedClient, Client
from som3d.api.auth import auth_login
from som3d.api.patients import patients_create
from som3d.api.som3d import som3d_create, som3d_progress, som_3_d_result_bytes
from som3d.models import AccessToken, CreatePatientBody, Job, JobForm, JobProgress, LoginBody, Patient
from som3d.types import File

api = os.environ["API"]
token = auth_login.sync(
    client=Client(api), body=LoginBody(correo=os.environ["CORREO"], password=os.environ["PASSWORD"])
)
assert isinstance(token, AccessToken), token
client = AuthenticatedClient(api, token=token.access_token)

patient = patients_create.sync(client=client, body=CreatePatientBody(nombres="María", apellidos="Gómez Rojas"))
assert isinstance(patient, Patient), patient

with Path(os.environ["ZIP"]).open("rb") as study:
    form = JobForm(
        nombre_proceso="Rodilla derecha", id_paciente=patient.id_paciente, file=File(study, "estudio.zip", "application/zip")
    )
    job = som3d_create.sync(client=client, body=form)
assert isinstance(job, Job), job

for _ in range(600):
    progress = som3d_progress.sync(job.job_id, client=client)
    assert isinstance(progress, JobProgress), progress
    if progress.status not in ("queued", "running"):
        break
    time.sleep(0.5)
assert progress.status == "done", progress

models = som_3_d_result_bytes.sync(job.job_id, client=client)
assert isinstance(models, File), models
assert models.payload.read(2) == b"PK"

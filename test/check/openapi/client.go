// Logs in, creates a patient, uploads a study and downloads its models with the generated client of Go.
package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"time"

	"example.com/check/som3d"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	token := ""
	signed := func(_ context.Context, req *http.Request) error {
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		return nil
	}
	client := must(som3d.NewClientWithResponses(os.Getenv("API"), som3d.WithRequestEditorFn(signed)))

	login := must(client.AuthLoginWithResponse(ctx, som3d.LoginBody{Correo: os.Getenv("CORREO"), Password: os.Getenv("PASSWORD")}))
	if login.JSON200 == nil {
		log.Fatalf("login: %s", login.Body)
	}
	token = login.JSON200.AccessToken

	patient := must(client.PatientsCreateWithResponse(ctx, som3d.CreatePatientBody{Nombres: "María", Apellidos: "Gómez Rojas"}))
	if patient.JSON201 == nil {
		log.Fatalf("patient: %s", patient.Body)
	}

	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	must(0, writer.WriteField("id_paciente", strconv.Itoa(int(patient.JSON201.IdPaciente))))
	file := must(writer.CreateFormFile("file", "estudio.zip"))
	must(file.Write(must(os.ReadFile(os.Getenv("ZIP")))))
	must(0, writer.Close())
	job := must(client.Som3dCreateWithBodyWithResponse(ctx, nil, writer.FormDataContentType(), &form))
	if job.JSON201 == nil {
		log.Fatalf("upload: %s", job.Body)
	}

	status := "queued"
	for i := 0; i < 600 && (status == "queued" || status == "running"); i++ {
		time.Sleep(500 * time.Millisecond)
		status = string(must(client.Som3dProgressWithResponse(ctx, job.JSON201.JobId)).JSON200.Status)
	}
	result := must(client.Som3dResultBytes(ctx, job.JSON201.JobId, nil))
	models := must(io.ReadAll(result.Body))
	if status != "done" || !bytes.HasPrefix(models, []byte("PK")) {
		log.Fatalf("%s: %d bytes", status, len(models))
	}
}

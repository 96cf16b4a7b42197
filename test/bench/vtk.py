"""VTK's half of `npm run bench -- vtk`; one JSON object to stdout for each answer.

vtk.py version
vtk.py kernels META LEVEL THREADS   answers each line of stdin: isosurface, smoothing or reduction
vtk.py whole META LEVEL THREADS STL from the unpacked volume to a reduced STL

META is a JSON file: path (raw int16, little-endian), nx, ny, nz and spacing in mm.
"""

import json
import resource
import sys
import time

from vtkmodules.vtkCommonCore import vtkSMPTools, vtkVersion
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkQuadricDecimation, vtkWindowedSincPolyDataFilter
from vtkmodules.vtkIOGeometry import vtkSTLWriter
from vtkmodules.vtkIOImage import vtkImageReader2

ITERATIONS = 20
PASS_BAND = 0.1
REDUCTION = 0.75


def say(answer):
    print(json.dumps(answer), flush=True)


def read_volume(meta_path):
    with open(meta_path, encoding="utf-8") as file:
        meta = json.load(file)
    reader = vtkImageReader2()
    reader.SetFileName(meta["path"])
    reader.SetFileDimensionality(3)
    reader.SetDataScalarTypeToShort()
    reader.SetDataByteOrderToLittleEndian()
    reader.SetDataExtent(0, meta["nx"] - 1, 0, meta["ny"] - 1, 0, meta["nz"] - 1)
    reader.SetDataSpacing(*meta["spacing"])
    reader.FileLowerLeftOn()
    reader.Update()
    return reader.GetOutput()


def isosurface(volume, level):
    edges = vtkFlyingEdges3D()
    edges.SetInputData(volume)
    edges.SetValue(0, level)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    return edges.GetOutput()


def smoothing(surface):
    sinc = vtkWindowedSincPolyDataFilter()
    sinc.SetInputData(surface)
    sinc.SetNumberOfIterations(ITERATIONS)
    sinc.SetPassBand(PASS_BAND)
    sinc.NormalizeCoordinatesOn()
    sinc.FeatureEdgeSmoothingOff()
    sinc.Update()
    return sinc.GetOutput()


def reduction(surface):
    quadric = vtkQuadricDecimation()
    quadric.SetInputData(surface)
    quadric.SetTargetReduction(REDUCTION)
    quadric.Update()
    return quadric.GetOutput()


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed(work, *inputs):
    cpu, start = time.process_time(), time.perf_counter()
    result = work(*inputs)
    answer = {"ms": 1000 * (time.perf_counter() - start), "cpuMs": 1000 * (time.process_time() - cpu)}
    return result, {**answer, "triangles": result.GetNumberOfPolys()}


def kernels(meta, level):
    volume = read_volume(meta)
    say({"ready": True})
    surface = smoothed = None
    for line in sys.stdin:
        kernel = line.strip()
        if kernel == "isosurface":
            surface, answer = timed(isosurface, volume, level)
        elif kernel == "smoothing":
            smoothed, answer = timed(smoothing, surface)
        else:
            _, answer = timed(reduction, smoothed)
        say(answer)


def whole(meta, level, path):
    def chain():
        # Each step lets go of what the one before it made.
        mesh = isosurface(read_volume(meta), level)
        mesh = smoothing(mesh)
        mesh = reduction(mesh)
        writer = vtkSTLWriter()
        writer.SetInputData(mesh)
        writer.SetFileTypeToBinary()
        writer.SetFileName(path)
        writer.Write()
        return mesh

    _, answer = timed(chain)
    say({**answer, "peakBytes": peak_bytes()})


def main(mode, meta="", level="0", threads="1", stl=""):
    vtkSMPTools.SetBackend("STDThread")
    vtkSMPTools.Initialize(int(threads))
    if mode == "version":
        say({"version": vtkVersion.GetVTKVersion(), "backend": vtkSMPTools.GetBackend()})
    elif mode == "kernels":
        kernels(meta, float(level))
    else:
        whole(meta, float(level), stl)


main(*sys.argv[1:])

"""Opens a file with a library and prints what it sees as JSON: box, volume and more. open.py <library> <file>"""
import json
import math
import sys


def with_trimesh(path):
    import trimesh

    scene = trimesh.load_scene(path)
    mesh = scene.to_mesh()
    return mesh.bounds[0], mesh.bounds[1], mesh.volume, {"watertight": bool(mesh.is_watertight)}


def with_vtk(path):
    import vtk

    reader = vtk.vtkGLTFReader() if path.endswith(".glb") else vtk.vtkSTLReader()
    reader.SetFileName(path)
    surface = vtk.vtkCompositeDataGeometryFilter() if path.endswith(".glb") else vtk.vtkTriangleFilter()
    surface.SetInputConnection(reader.GetOutputPort())
    triangles = vtk.vtkTriangleFilter()
    triangles.SetInputConnection(surface.GetOutputPort())
    properties = vtk.vtkMassProperties()
    properties.SetInputConnection(triangles.GetOutputPort())
    properties.Update()
    bounds = triangles.GetOutput().GetBounds()
    return bounds[0::2], bounds[1::2], properties.GetVolume(), {}


def with_pymeshlab(path):
    import pymeshlab

    meshes = pymeshlab.MeshSet()
    meshes.load_new_mesh(path)
    box = meshes.current_mesh().bounding_box()
    return box.min(), box.max(), meshes.get_geometric_measures()["mesh_volume"], {}


def with_lib3mf(path):
    import lib3mf

    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(path)
    names, manifold = [], True
    objects = model.GetMeshObjects()
    while objects.MoveNext():
        mesh = objects.GetCurrentMeshObject()
        names.append(mesh.GetName())
        manifold = manifold and mesh.IsManifoldAndOriented()
    box = model.GetOutbox()
    more = {"warnings": reader.GetWarningCount(), "names": names, "watertight": manifold}
    return list(box.MinCoordinate), list(box.MaxCoordinate), math.nan, more


low, high, volume, more = globals()[f"with_{sys.argv[1]}"](sys.argv[2])
seen = {"min": [float(mm) for mm in low], "max": [float(mm) for mm in high], **more}
print(json.dumps(seen if math.isnan(volume) else {**seen, "volume": float(volume)}))

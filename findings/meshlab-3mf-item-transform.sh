#!/usr/bin/env bash
# MeshLab leaves out the transform of a 3MF build item.
#
# Version: pymeshlab 2025.7 (MeshLab 2025.07), Python 3.11.
# Expected: a cube whose build item has the transform "move by 100 mm in x" is loaded with x from 100 to 110
#   (3MF core specification 1.3.0, sections 3.4.3.1 and 3.3: the item's transform places the object on the plate).
# Seen: it is loaded with x from 0 to 10, without an error.
# Why it matters: parts that a file places by their items stand on top of each other. A writer that wants the same
#   place in every program puts it into the vertices.
# Output seen:
#   x from 0.0 to 10.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q pymeshlab==2025.7
cat >try.py <<'PY'
import zipfile
import pymeshlab

CORNERS = [(x, y, z) for x in (0, 10) for y in (0, 10) for z in (0, 10)]
FACES = [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
         (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)]
vertices = ''.join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in CORNERS)
triangles = ''.join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in FACES)
MODEL = f'''<?xml version="1.0" encoding="UTF-8"?>
<model unit="millimeter" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources>
<object id="1" type="model"><mesh><vertices>{vertices}</vertices><triangles>{triangles}</triangles></mesh></object>
</resources><build><item objectid="1" transform="1 0 0 0 1 0 0 0 1 100 0 0"/></build></model>'''
TYPES = '''<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>'''
RELATIONS = '''<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rel0"
Target="/3D/3dmodel.model" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'''
with zipfile.ZipFile('cube.3mf', 'w') as package:
    package.writestr('[Content_Types].xml', TYPES)
    package.writestr('_rels/.rels', RELATIONS)
    package.writestr('3D/3dmodel.model', MODEL)

meshes = pymeshlab.MeshSet()
meshes.load_new_mesh('cube.3mf')
box = meshes.current_mesh().bounding_box()
print(f'x from {box.min()[0]:.1f} to {box.max()[0]:.1f}')
PY
seen=$(env/bin/python try.py 2>/dev/null | tail -n 1)
echo "$seen"
[[ $seen == 'x from 0.0 to 10.0' ]] || { echo 'changed; it was: x from 0.0 to 10.0' >&2; exit 1; }

import {
  AlwaysStencilFunc,
  AmbientLight,
  BackSide,
  Box3,
  type BufferGeometry,
  DecrementWrapStencilOp,
  DirectionalLight,
  DoubleSide,
  FrontSide,
  Group,
  IncrementWrapStencilOp,
  Mesh,
  MeshBasicMaterial,
  MeshPhongMaterial,
  NotEqualStencilFunc,
  OrthographicCamera,
  Plane,
  PlaneGeometry,
  Quaternion,
  Raycaster,
  ReplaceStencilOp,
  Scene,
  type Side,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import type { Hit, Picker } from './picker.ts';
import type { LoadedPart, Look } from './parts.ts';
import { clippingPlane, isCutAway, type Section } from './section.ts';
import type { View } from './views.ts';

export interface SceneEvents {
  /** A picture was drawn: what lies over it follows. */
  readonly onFrame: () => void;
  /** The person moved the camera. */
  readonly onMove: (view: View) => void;
  /** The browser took the graphics away, or gave them back. */
  readonly onContext: (lost: boolean) => void;
}

/** There is no WebGL here. */
export class NoGraphicsError extends Error {}

const HIGHLIGHT = 0x1c1c1c;
/** Of a part's colour, so that a cut face is told from the surface. */
const CUT_SHADE = 0.55;
/** The distance of the eye changes nothing in a parallel projection, as long as all lies between the planes. */
const EYE_MM = 5_000;
const KEY_ROTATION = Math.PI / 24;
const KEY_PIXELS = 40;
const KEY_ZOOM = 0.88;

/** One part: its surface, two passes that count what lies behind the cut, and the cut face. */
class PartView {
  readonly group = new Group();
  readonly surface: Mesh<BufferGeometry, MeshPhongMaterial>;
  readonly #back: Mesh<BufferGeometry, MeshBasicMaterial>;
  readonly #front: Mesh<BufferGeometry, MeshBasicMaterial>;
  readonly #cap: Mesh<PlaneGeometry, MeshBasicMaterial>;

  constructor({ file, geometry }: LoadedPart, capGeometry: PlaneGeometry) {
    this.surface = new Mesh(geometry, new MeshPhongMaterial({ specular: HIGHLIGHT, shininess: 24 }));
    this.surface.name = file;
    this.#back = new Mesh(geometry, counting(BackSide));
    this.#front = new Mesh(geometry, counting(FrontSide));
    this.#cap = new Mesh(
      capGeometry,
      new MeshBasicMaterial({
        side: DoubleSide,
        stencilWrite: true,
        stencilRef: 0,
        stencilFunc: NotEqualStencilFunc,
        stencilFail: ReplaceStencilOp,
        stencilZFail: ReplaceStencilOp,
        stencilZPass: ReplaceStencilOp,
      }),
    );
    this.#cap.onAfterRender = (renderer) => renderer.clearStencil();
    for (const mesh of this.#cutting) mesh.visible = false;
    this.group.add(this.surface, ...this.#cutting);
  }

  get #cutting() {
    return [this.#back, this.#front, this.#cap];
  }

  set look({ visible, colour, opacity }: Look) {
    this.group.visible = visible && opacity > 0;
    const { material } = this.surface;
    material.color.set(colour);
    this.#cap.material.color.set(colour).multiplyScalar(CUT_SHADE);
    material.opacity = opacity;
    if (material.transparent !== opacity < 1) {
      material.transparent = opacity < 1;
      material.depthWrite = !material.transparent;
      material.needsUpdate = true;
    }
  }

  /** @param order from the outside in: where the faces of two parts meet, the inner one shows */
  cut(plane: Plane | undefined, order: number): void {
    const planes = plane ? [plane] : null;
    for (const { material } of [this.surface, this.#back, this.#front]) material.clippingPlanes = planes;
    for (const mesh of this.#cutting) mesh.visible = plane !== undefined;
    this.surface.renderOrder = -1;
    this.#back.renderOrder = order;
    this.#front.renderOrder = order + 0.1;
    this.#cap.renderOrder = order + 0.2;
    if (!plane) return;
    plane.coplanarPoint(this.#cap.position);
    this.#cap.quaternion.setFromUnitVectors(new Vector3(0, 0, 1), plane.normal);
  }

  /** Puts the cut face under the middle of what is shown, so that it is large enough. */
  centre(plane: Plane, box: Box3): void {
    plane.projectPoint(box.getCenter(new Vector3()), this.#cap.position);
    this.#cap.scale.setScalar(2 * box.getSize(new Vector3()).length() || 1);
  }

  dispose(): void {
    this.surface.geometry.dispose();
    for (const { material } of [this.surface, ...this.#cutting]) material.dispose();
  }
}

function counting(side: Side): MeshBasicMaterial {
  const op = side === BackSide ? IncrementWrapStencilOp : DecrementWrapStencilOp;
  return new MeshBasicMaterial({
    side,
    colorWrite: false,
    depthWrite: false,
    // Whatever stands before a surface, it counts.
    depthTest: false,
    stencilWrite: true,
    stencilFunc: AlwaysStencilFunc,
    stencilFail: op,
    stencilZFail: op,
    stencilZPass: op,
  });
}

/**
 * Draws the parts of a model, when something changed and never otherwise. Coordinates are LPS mm.
 * It owns what it is given; `dispose` returns all memory.
 */
export class ModelScene {
  /** Of this scene among those of the page. */
  readonly id = crypto.randomUUID();
  readonly canvas: HTMLCanvasElement;
  readonly #place: HTMLElement;
  readonly #events: SceneEvents;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new OrthographicCamera(-1, 1, 1, -1, 0, 2 * EYE_MM);
  readonly #controls: OrbitControls;
  readonly #parts = new Map<string, PartView>();
  readonly #capGeometry = new PlaneGeometry(1, 1);
  readonly #resizes: ResizeObserver;
  readonly #picker: Picker;
  #section: Section | undefined;
  #heightMm = 100;
  #frame = 0;
  #quiet = false;

  /** @throws NoGraphicsError */
  constructor(place: HTMLElement, picker: Picker, events: SceneEvents) {
    this.#place = place;
    this.#events = events;
    this.#picker = picker;
    this.canvas = document.createElement('canvas');
    try {
      this.#renderer = new WebGLRenderer({ canvas: this.canvas, antialias: true, alpha: true, stencil: true });
    } catch (error) {
      throw new NoGraphicsError('no WebGL', { cause: error });
    }
    this.#renderer.localClippingEnabled = true;
    this.#renderer.setClearColor(0, 0);
    this.canvas.setAttribute('aria-hidden', 'true');
    this.canvas.addEventListener('webglcontextlost', this.#lost);
    this.canvas.addEventListener('webglcontextrestored', this.#restored);
    place.prepend(this.canvas);

    this.#camera.up.set(0, 0, 1);
    const light = new DirectionalLight(0xffffff, 2);
    light.position.set(-0.35, 0.45, 1);
    this.#camera.add(light, light.target);
    this.#scene.add(new AmbientLight(0xffffff, 1.15), this.#camera);

    this.#controls = new OrbitControls(this.#camera, this.canvas);
    this.#controls.enableDamping = false;
    this.#controls.zoomToCursor = true;
    this.#controls.minZoom = 0.05;
    this.#controls.maxZoom = 200;
    this.#controls.addEventListener('change', this.#moved);
    this.#resizes = new ResizeObserver(this.#resize);
    this.#resizes.observe(place);
    this.#resize();
  }

  readonly #lost = (event: Event): void => {
    event.preventDefault(); // or the browser does not give it back
    this.#events.onContext(true);
  };

  readonly #restored = (): void => {
    this.#events.onContext(false);
    this.draw();
  };

  readonly #moved = (): void => {
    this.draw();
    if (!this.#quiet) this.#events.onMove(this.view());
  };

  readonly #resize = (): void => {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (width === 0 || height === 0) return;
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.#renderer.setSize(width, height);
    this.#project();
    this.drawNow();
  };

  /** The frustum: `#heightMm` before zoom. */
  #project(): void {
    const half = this.#heightMm / 2;
    const side = half * this.aspect;
    Object.assign(this.#camera, { left: -side, right: side, top: half, bottom: -half });
    this.#camera.updateProjectionMatrix();
  }

  get aspect(): number {
    return this.#place.clientWidth / Math.max(1, this.#place.clientHeight);
  }

  get mmPerPixel(): number {
    return this.#heightMm / this.#camera.zoom / Math.max(1, this.#place.clientHeight);
  }

  get rotation(): Quaternion {
    return this.#camera.quaternion;
  }

  /** Of all parts, also of hidden ones. */
  get box(): Box3 {
    const box = new Box3();
    for (const { surface } of this.#parts.values()) {
      const { boundingBox } = surface.geometry;
      if (boundingBox) box.union(boundingBox);
    }
    return box;
  }

  get files(): string[] {
    return [...this.#parts.keys()];
  }

  add(part: LoadedPart, look: Look): void {
    this.remove(part.file);
    const view = new PartView(part, this.#capGeometry);
    view.look = look;
    this.#parts.set(part.file, view);
    this.#scene.add(view.group);
    this.#picker.add(part.file, part.geometry);
    this.section = this.#section;
  }

  remove(file: string): void {
    const view = this.#parts.get(file);
    if (!view) return;
    this.#scene.remove(view.group);
    this.#parts.delete(file);
    this.#picker.remove(file);
    view.dispose();
    this.draw();
  }

  setLook(file: string, look: Look): void {
    const view = this.#parts.get(file);
    if (view) view.look = look;
    this.draw();
  }

  set section(section: Section | undefined) {
    this.#section = section;
    const plane = section && clippingPlane(section);
    const box = this.box;
    const outsideIn = [...this.#parts.values()].toSorted((a, b) => sizeOf(b) - sizeOf(a));
    for (const [order, view] of outsideIn.entries()) {
      view.cut(plane, order + 1);
      if (plane) view.centre(plane, box);
    }
    this.draw();
  }

  view(): View {
    const { target } = this.#controls;
    const direction = this.#camera.position.clone().sub(target).normalize();
    return { target: target.clone(), direction, heightMm: this.#heightMm / this.#camera.zoom };
  }

  /** Moves the camera without reporting it. */
  show({ target, direction, heightMm }: View): void {
    this.#quiet = true;
    this.#controls.target.copy(target);
    this.#camera.position.copy(direction).normalize().multiplyScalar(EYE_MM).add(target);
    this.#camera.zoom = 1;
    this.#heightMm = heightMm;
    this.#project();
    this.#controls.update();
    this.#quiet = false;
    this.draw();
  }

  /** Turns, moves and nears by the keyboard. @returns whether the key means something here */
  key({ key, shiftKey }: { readonly key: string; readonly shiftKey: boolean }): boolean {
    const controls = this.#controls;
    const across = key === 'ArrowLeft' ? 1 : key === 'ArrowRight' ? -1 : 0;
    const upright = key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0;
    if (across || upright) {
      if (shiftKey) controls.pan(across * KEY_PIXELS, upright * KEY_PIXELS);
      else if (across) controls.rotateLeft(across * KEY_ROTATION);
      else controls.rotateUp(upright * KEY_ROTATION);
      return true;
    }
    if (key !== '+' && key !== '-') return false;
    this.#camera.zoom /= key === '+' ? KEY_ZOOM : 1 / KEY_ZOOM;
    this.#camera.updateProjectionMatrix();
    this.#moved();
    return true;
  }

  /** The nearest visible surface under a place of the screen. */
  async pick(clientX: number, clientY: number): Promise<Hit | undefined> {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const place = new Vector2((2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height);
    const caster = new Raycaster();
    caster.setFromCamera(place, this.#camera);
    const section = this.#section;
    return await this.#picker.nearest(
      caster.ray,
      [...this.#parts].filter(([, { group }]) => group.visible).map(([file]) => file),
      (point) => !section || !isCutAway(section, point),
    );
  }

  /** The other side of a part, straight into it from a touched point. */
  async opposite(hit: Hit): Promise<Vector3 | undefined> {
    return await this.#picker.opposite(hit);
  }

  /** The wall of a part that 99 of 100 places exceed, mm. Undefined where no place has another side. */
  async thinnestWall(file: string): Promise<number | undefined> {
    return await this.#picker.thinnestWall(file);
  }

  /** Where a point is on the canvas, CSS pixels. */
  toScreen(point: Vector3): { x: number; y: number } {
    const { x, y } = point.clone().project(this.#camera);
    return { x: ((x + 1) / 2) * this.#place.clientWidth, y: ((1 - y) / 2) * this.#place.clientHeight };
  }

  /** Draws with the next frame of the browser. */
  draw(): void {
    this.#frame ||= requestAnimationFrame(() => this.drawNow());
  }

  /** Draws at once, e.g. before the canvas is read. */
  drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#renderer.render(this.#scene, this.#camera);
    this.#events.onFrame();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#resizes.disconnect();
    this.#controls.dispose();
    this.canvas.removeEventListener('webglcontextlost', this.#lost);
    this.canvas.removeEventListener('webglcontextrestored', this.#restored);
    for (const view of this.#parts.values()) view.dispose();
    this.#parts.clear();
    this.#capGeometry.dispose();
    this.#picker.dispose();
    this.#renderer.dispose();
    // A browser keeps few contexts, and waits long before it takes one back by itself.
    this.#renderer.forceContextLoss();
    this.canvas.remove();
  }
}

function sizeOf({ surface }: PartView): number {
  return surface.geometry.boundingSphere?.radius ?? 0;
}

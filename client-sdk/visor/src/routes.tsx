import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { appPath } from './service.ts';
import { Redirect } from './session/Redirect.tsx';
import { WithoutSession, WithSession } from './session/Gate.tsx';
import { SignInPage } from './session/SignInPage.tsx';
import { Crashed } from './shell/Crashed.tsx';
import { NotFound } from './shell/NotFound.tsx';

/** What a page reads from the address behind `?`. Unknown and malformed values are left out. */
type Search = Readonly<Record<string, unknown>>;

function text(search: Search, name: string): string | undefined {
  const value = search[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

function page(search: Search): number | undefined {
  const value = Number(search['pagina']);
  return Number.isSafeInteger(value) && value > 1 ? value : undefined;
}

const root = createRootRoute({ component: Outlet });
const outside = createRoute({
  getParentRoute: () => root,
  id: 'outside',
  component: WithoutSession,
  validateSearch: (search: Search): { volver?: string | undefined } => ({ volver: text(search, 'volver') }),
});
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: WithSession });

const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin',
  component: lazyRouteComponent(() => import('./admin/AdminLayout.tsx'), 'AdminLayout'),
});

/** The table of pages. Each is a chunk of its own, but the sign-in. */
const routeTree = root.addChildren([
  outside.addChildren([
    createRoute({ getParentRoute: () => outside, path: '/entrar', component: SignInPage }),
    createRoute({
      getParentRoute: () => outside,
      path: '/registro',
      component: lazyRouteComponent(() => import('./account/RegisterPage.tsx'), 'RegisterPage'),
    }),
    createRoute({
      getParentRoute: () => outside,
      path: '/recuperar',
      component: lazyRouteComponent(() => import('./account/ResetPage.tsx'), 'ResetPage'),
    }),
  ]),
  inside.addChildren([
    createRoute({ getParentRoute: () => inside, path: '/', component: () => <Redirect to="casos" /> }),
    createRoute({
      getParentRoute: () => inside,
      path: '/casos',
      component: lazyRouteComponent(() => import('./cases/CasesPage.tsx'), 'CasesPage'),
      validateSearch: (search: Search) => ({
        q: text(search, 'q'),
        estado: text(search, 'estado'),
        pagina: page(search),
      }),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/casos/nuevo',
      component: lazyRouteComponent(() => import('./scan/NewCasePage.tsx'), 'NewCasePage'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/casos/$id',
      component: lazyRouteComponent(() => import('./cases/CasePage.tsx'), 'CasePage'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/pacientes',
      component: lazyRouteComponent(() => import('./patients/PatientsPage.tsx'), 'PatientsPage'),
      validateSearch: (search: Search) => ({
        q: text(search, 'q'),
        estado: text(search, 'estado'),
        pagina: page(search),
      }),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/pacientes/$id',
      component: lazyRouteComponent(() => import('./patients/PatientPage.tsx'), 'PatientPage'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/plan',
      component: lazyRouteComponent(() => import('./plan/PlanPage.tsx'), 'PlanPage'),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/mensajes',
      component: lazyRouteComponent(() => import('./messages/MessagesPage.tsx'), 'MessagesPage'),
      validateSearch: (search: Search) => ({ pagina: page(search) }),
    }),
    admin.addChildren([
      createRoute({
        getParentRoute: () => admin,
        path: '/',
        component: lazyRouteComponent(() => import('./admin/MetricsPage.tsx'), 'MetricsPage'),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/medicos',
        component: lazyRouteComponent(() => import('./admin/DoctorsPage.tsx'), 'DoctorsPage'),
        validateSearch: (search: Search) => ({
          q: text(search, 'q'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/hospitales',
        component: lazyRouteComponent(() => import('./admin/HospitalsPage.tsx'), 'HospitalsPage'),
        validateSearch: (search: Search) => ({
          q: text(search, 'q'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/planes',
        component: lazyRouteComponent(() => import('./admin/PlansPage.tsx'), 'PlansPage'),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/suscripciones',
        component: lazyRouteComponent(() => import('./admin/SubscriptionsPage.tsx'), 'SubscriptionsPage'),
        validateSearch: (search: Search) => ({
          estado: text(search, 'estado'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/pagos',
        component: lazyRouteComponent(() => import('./admin/PaymentsPage.tsx'), 'PaymentsPage'),
        validateSearch: (search: Search) => ({
          estado: text(search, 'estado'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/trabajos',
        component: lazyRouteComponent(() => import('./admin/JobsPage.tsx'), 'JobsPage'),
        validateSearch: (search: Search) => ({
          estado: text(search, 'estado'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/mensajes',
        component: lazyRouteComponent(() => import('./admin/InboxPage.tsx'), 'InboxPage'),
        validateSearch: (search: Search) => ({
          q: text(search, 'q'),
          estado: text(search, 'estado'),
          pagina: page(search),
        }),
      }),
      createRoute({
        getParentRoute: () => admin,
        path: '/auditoria',
        component: lazyRouteComponent(() => import('./admin/AuditPage.tsx'), 'AuditPage'),
        validateSearch: (search: Search) => ({
          accion: text(search, 'accion'),
          registro: text(search, 'registro'),
          pagina: page(search),
        }),
      }),
    ]),
    createRoute({ getParentRoute: () => inside, path: '$', component: NotFound }),
    createRoute({
      getParentRoute: () => inside,
      path: '/cuenta',
      component: lazyRouteComponent(() => import('./account/AccountPage.tsx'), 'AccountPage'),
    }),
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: appPath,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Crashed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
